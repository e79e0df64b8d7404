/**
 * Reads the script and the style sheet of the report page: plain files beside the code that writes the page,
 * both in src and in dist.
 *
 * Not its concern: what is in them.
 */
import { readFile } from "node:fs/promises";
import type { PageAssets } from "../../view/report/page.tsx";

/** Reads them. Rejects where a file of the package is missing. */
export async function loadPageAssets(): Promise<PageAssets> {
  const [script, look, page] = await Promise.all(
    ["report/page-script.js", "look.css", "report/page.css"].map(readText),
  );
  return { script: script!, style: `${look}${page}` };
}

/** HTML parsers read line ends as "\n", and hashes of the page's policy are of what they read. */
async function readText(name: string): Promise<string> {
  const text = await readFile(new URL(`../../view/${name}`, import.meta.url), "utf8");
  return text.replaceAll("\r\n", "\n");
}
