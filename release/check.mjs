/**
 * Checks what a release offers: its types resolve in every mode that the package supports (are-the-types-wrong),
 * and the public API is the one in release/api, one reviewed file per entry of `exports` (API Extractor).
 *
 *   npm ci --prefix release && npm run build && node release/check.mjs [--update]
 *
 * Exit code 1 if either is not so; --update writes the files, whose difference is then reviewed like code.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Extractor, ExtractorConfig } from "@microsoft/api-extractor";

const release = dirname(fileURLToPath(import.meta.url));
const root = dirname(release);
const isUpdate = process.argv.includes("--update");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "golem-api-"));
mkdirSync(join(release, "api"), { recursive: true });

/** Compares the API of one entry with its file, or writes the file; returns whether they are equal. */
function checkEntry(name, types) {
  const file = name === "." ? "golem" : name.slice(2).replaceAll("/", "-");
  const config = ExtractorConfig.prepare({
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, types),
      compiler: { tsconfigFilePath: join(root, "tsconfig.json"), skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFileName: file,
        reportFolder: join(release, "api"),
        reportTempFolder: scratch,
        includeForgottenExports: false,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: "none" } },
        extractorMessageReporting: { default: { logLevel: "none" } },
        tsdocMessageReporting: { default: { logLevel: "none" } },
      },
      newlineKind: "lf",
    },
    packageJsonFullPath: join(root, "package.json"),
    configObjectFullPath: undefined,
  });
  const { apiReportChanged } = Extractor.invoke(config, {
    localBuild: isUpdate,
    messageCallback: (message) => {
      message.handled = true;
    },
  });
  if (apiReportChanged && !isUpdate) {
    console.error(`The API of golem-audio${name.slice(1)} differs from release/api/${file}.api.md.`);
    console.error("If that is intended: node release/check.mjs --update, and review the difference.");
  }
  return isUpdate || !apiReportChanged;
}

let isGood = true;
for (const [name, entry] of Object.entries(manifest.exports)) {
  if (entry.types) isGood = checkEntry(name, entry.types) && isGood;
}
try {
  const attw = join(release, "node_modules/.bin/attw");
  const args = ["--pack", root, "--profile", "esm-only", "--exclude-entrypoints"];
  const scripts = Object.entries(manifest.exports).flatMap(([name, entry]) => (entry.types ? [] : [name]));
  execFileSync(attw, [...args, ...scripts], { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
} catch {
  isGood = false;
}
rmSync(scratch, { recursive: true });
process.exitCode = isGood ? 0 : 1;
