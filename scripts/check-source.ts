/**
 * Fails when a file in src/ has no header comment, an exported symbol no docstring, a comment lines wider than 110
 * columns, or a function more than 100 lines. Run by `npm run check`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const maximumCommentWidth = 110;
const maximumFunctionLines = 100;

const files = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file))
  .map((file) => join("src", file));
const problems: string[] = [];

for (const file of files) {
  if (/\.test\.tsx?$/.test(file)) continue;
  const text = readFileSync(file, "utf8");
  if (!text.startsWith("/**")) problems.push(`${file}:1 has no header comment`);
  for (const [i, line] of text.split("\n").entries()) {
    if (line.length > maximumCommentWidth && /^\s*(\/\*\*|\*|\/\/) /.test(line))
      problems.push(
        `${file}:${i + 1} is a comment of ${line.length} columns; at most ${maximumCommentWidth}`,
      );
  }
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  checkFunctions(source, source);
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

/** Reports functions that are too long, nested ones too. */
function checkFunctions(node: ts.Node, source: ts.SourceFile): void {
  if (ts.isFunctionLike(node) && "body" in node) {
    const [from, to] = [node.getStart(), node.end].map((at) => source.getLineAndCharacterOfPosition(at).line);
    const lines = to! - from! + 1;
    if (lines > maximumFunctionLines)
      problems.push(
        `${source.fileName}:${from! + 1} is a function of ${lines} lines; at most ${maximumFunctionLines}`,
      );
  }
  ts.forEachChild(node, (child) => checkFunctions(child, source));
}

for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} with faults`);
process.exitCode = problems.length > 0 ? 1 : 0;
