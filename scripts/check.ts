/**
 * Runs all scripts `check:NAME` of package.json side by side, prints what each says when it ends, and fails if
 * any fails. Run by `npm run check`.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** Resolves with whether the script succeeded. */
function run(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("npm", ["run", name, "--silent"], {
      shell: process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.on("error", (error) => {
      output += error.message;
    });
    child.on("close", (code) => {
      console.log(`${code === 0 ? "passed" : "FAILED"}: ${name}\n${output}`.trimEnd());
      resolve(code === 0);
    });
  });
}

const results = await Promise.all(
  Object.keys(scripts)
    .filter((name) => name.startsWith("check:"))
    .map(run),
);
process.exitCode = results.every(Boolean) ? 0 : 1;
