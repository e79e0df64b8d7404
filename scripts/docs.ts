/**
 * Builds the documentation as a site in site/dist: pages from docs and docstrings. With `--check`, every link of the built
 * pages is followed. The site's own packages are installed at the first run.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, posix } from "node:path";
import { createOutline, russianOutline } from "../site/outline.ts";
import { pageFolder, writePages } from "../site/pages.ts";

const run = (command: string, ...args: string[]) =>
  execFileSync(command, args, { stdio: "inherit", shell: process.platform === "win32" });

if (!existsSync("site/node_modules")) run("npm", "ci", "--prefix", "site", "--no-audit", "--no-fund");
const results = ["runs/results", "bench/results"].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`),
);
const english = createOutline(results);
const groups = writePages([...english, ...russianOutline]);
writeFileSync(
  join(pageFolder, "outline.json"),
  JSON.stringify({ english: groups.slice(0, english.length), russian: groups.slice(english.length) }),
);
const [tokens] = /:root \{[\s\S]*?\n\}/.exec(readFileSync("src/view/look.css", "utf8"))!;
writeFileSync(join(pageFolder, "tokens.css"), tokens.replace(/ {2}color-scheme:.*\n/, ""));
run("node", "site/node_modules/typedoc/bin/typedoc", "--options", "site/typedoc.json");
nameModules(join(pageFolder, "reference/api"));
run("node", "site/node_modules/vitepress/bin/vitepress.js", "build", "site");
if (process.argv.includes("--check")) checkLinks("site/dist");

/** Names modules as programs import them, instead of by their folders. */
function nameModules(folder: string): void {
  const entries: Readonly<Record<string, string>> = { index: "golem-audio", embed: "golem-audio/store" };
  const getName = (module: string) => entries[module] ?? `golem-audio/${module}`;
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), "utf8");
    const named =
      name === "modules.md"
        ? text
            .replace(/^# .*/, "# The library")
            .replaceAll(/^- \[(\w+)\]/gm, (_, module: string) => `- [\`${getName(module)}\`]`)
        : text.replace(/^# (\w+)$/m, (_, module: string) => `# ${getName(module)}`);
    writeFileSync(join(folder, name), named);
  }
}

/** Fails if a link of a built page leads to a page, a file or a heading that is not there. */
function checkLinks(folder: string): void {
  const files = new Set(
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => name.replaceAll("\\", "/")),
  );
  const texts = new Map(
    [...files]
      .filter((name) => name.endsWith(".html"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
  const broken: string[] = [];
  let count = 0;
  for (const [page, text] of texts) {
    for (const [, , target] of text.matchAll(/ (href|src)="([^"]+)"/g)) {
      const url = new URL(target!.replaceAll("&amp;", "&"), `http://site/${page}`);
      if (url.host !== "site") continue;
      count++;
      const path = decodeURIComponent(url.pathname).slice(1);
      const file = path === "" || path.endsWith("/") ? posix.join(path, "index.html") : path;
      const id = decodeURIComponent(url.hash.slice(1));
      const isThere =
        files.has(file) && (id === "" || !texts.has(file) || texts.get(file)!.includes(` id="${id}"`));
      if (!isThere) broken.push(`${page}: ${target}`);
    }
  }
  console.log(`${texts.size} pages, ${count} links, ${broken.length} broken`);
  for (const line of broken) console.error(line);
  if (broken.length > 0) process.exitCode = 1;
}
