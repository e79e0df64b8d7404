/**
 * The JSON Schemas of docs/schemas: of the output of every command, from the types in src/cli/output.ts and
 * run-output.ts; of the files of a golem and of encoder descriptors, from the schemas that check them; of HTTP,
 * from the OpenAPI document.
 *
 * Not its concern: where they are written.
 */
import { createGenerator } from "ts-json-schema-generator";
import * as z from "zod";
import { descriptor } from "../../src/encoder/described/encoder-descriptor.ts";
import { golemDocument } from "../../src/golem/golem-document.ts";
import { trainingDocument } from "../../src/golem/training-document.ts";
import { createApiDocument } from "../../src/server/docs/api-document.ts";

/** Schemas of files that are read again. */
const files = { golem: golemDocument, training: trainingDocument, "golem-encoder": descriptor };

/** Creates the schemas by file name. `commands`: names of the commands. */
export function createSchemas(commands: readonly string[]): Map<string, object> {
  const schemas = new Map<string, object>();
  const generator = createGenerator({
    path: "src/cli/*output.ts",
    tsconfig: "scripts/reference/tsconfig.json",
    ...{ skipTypeCheck: true, topRef: false, expose: "none", jsDoc: "extended" },
  });
  for (const name of [...commands, "error"]) {
    const schema = generator.createSchema(`${name.charAt(0).toUpperCase()}${name.slice(1)}Output`);
    const title = name === "error" ? "golem: an error" : `golem ${name} --json`;
    schemas.set(`${name}.schema.json`, { title, ...(openObjects(schema) as object) });
  }
  for (const [name, schema] of Object.entries(files)) {
    const { $schema, ...rest } = z.toJSONSchema(schema, { io: "input" });
    schemas.set(`${name}-file.schema.json`, { $schema, title: `${name}.json`, ...rest });
  }
  const document = createApiDocument();
  schemas.set("openapi.json", document);
  const definitions = JSON.stringify(document.components?.schemas).replaceAll(
    "#/components/schemas/",
    "#/$defs/",
  );
  schemas.set("http.schema.json", {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Documents of the HTTP interface",
    $defs: JSON.parse(definitions),
  });
  return schemas;
}

/** docs/json.md: the schemas, and how to use them. */
export function writeSchemasPage(schemas: ReadonlyMap<string, object>): string {
  const write = ([file, schema]: [string, { title?: string; description?: string }]) =>
    `| ${schema.title ?? "The HTTP interface, as OpenAPI 3.1"} | ${schema.description ?? ""} | [${file}](schemas/${file}) |`;
  return `# JSON documents

<!-- Made by \`npm run reference\`. -->

What commands print with \`--json\`, what is in a golem's files, what the server answers: a JSON Schema of each. Later versions may add properties and never change one. Every schema is checked against
real output by the tests.

In a program they are files of the package, \`golem-audio/schemas/NAME\`:

\`\`\`js
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
const schema = JSON.parse(readFileSync(fileURLToPath(import.meta.resolve("golem-audio/schemas/predict.schema.json"))));
console.log(schema.title);
\`\`\`

\`\`\`text
golem predict --json
\`\`\`

| document | | schema |
|---|---|---|
${[...schemas].map(write).join("\n")}
`;
}

/**
 * The schema without `additionalProperties: false`, since later versions may add properties; links in descriptions
 * become names.
 */
function openObjects(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/\s*\{@link\s+([\w.]+)\s*\}\s?/g, " `$1`");
  if (Array.isArray(value)) return value.map(openObjects);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, entry]) => key !== "additionalProperties" || entry !== false)
      .map(([key, entry]) => [key, openObjects(entry)]),
  );
}
