/**
 * Writes the pages and schemas that are made from the source: docs/commands.md, docs/errors.md, docs/json.md,
 * docs/schemas. With
 * `--check` it writes nothing, and fails if one of them is not up to date.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { commands } from "../src/cli/commands.ts";
import { writeCommandsPage } from "./reference/commands-page.ts";
import { writeErrorsPage } from "./reference/errors-page.ts";
import { createSchemas, writeSchemasPage } from "./reference/schemas.ts";

const schemaFolder = "docs/schemas";
const documented = commands.map(({ name }) => name);
const made = new Map<string, string>([
  ["docs/commands.md", writeCommandsPage()],
  ["docs/errors.md", writeErrorsPage()],
]);
const schemas = createSchemas(documented);
made.set("docs/json.md", writeSchemasPage(schemas));
for (const [name, schema] of schemas) {
  made.set(`${schemaFolder}/${name}`, `${JSON.stringify(schema, null, 1)}\n`);
}

const isCheck = process.argv.includes("--check");
if (!isCheck) mkdirSync(schemaFolder, { recursive: true });
const stale = readdirSync(schemaFolder)
  .map((name) => `${schemaFolder}/${name}`)
  .filter((path) => !made.has(path));
for (const path of stale) if (!isCheck) rmSync(path);
for (const [path, text] of made) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) continue;
  if (isCheck) stale.push(path);
  else writeFileSync(path, text);
}
if (isCheck && stale.length > 0) {
  console.error(`Not up to date: ${stale.join(", ")}. Run \`npm run reference\`.`);
  process.exitCode = 1;
}
