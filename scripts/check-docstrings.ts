/**
 * Fails when a file in src/ has no header comment, or an exported symbol no docstring. Run by `npm run check`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => join("src", file));
const problems: string[] = [];

for (const file of files) {
  if (/\.test\.tsx?$/.test(file)) continue;
  const text = readFileSync(file, "utf8");
  if (!text.startsWith("/**")) problems.push(`${file}:1 has no header comment`);
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  for (const statement of source.statements) {
    if (!ts.canHaveModifiers(statement)) continue;
    const exported = ts
      .getModifiers(statement)
      ?.some((modifier) => modifier.kind === ts.SyntaxKind.ExportKeyword);
    if (!exported || ts.isExportDeclaration(statement)) continue;
    const documented = ts.getJSDocCommentsAndTags(statement).length > 0;
    const { line } = source.getLineAndCharacterOfPosition(statement.getStart());
    if (!documented) problems.push(`${file}:${line + 1} exports a symbol without a docstring`);
  }
}

for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} without what they need`);
process.exitCode = problems.length > 0 ? 1 : 0;
