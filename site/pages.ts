/**
 * Writes the site's pages into site/pages from the Markdown of the repository: links between files become
 * links between pages; a link to a file that is not a page is replaced by its name.
 *
 * Not its concern: which pages there are (outline.ts).
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import type { Group, Page } from "./outline.ts";

/** The folder of pages, which is deleted and written again. */
export const pageFolder = "site/pages";

/** Writes all pages of these groups whose files exist, and returns them without the others. */
export function writePages(groups: readonly Group[]): Group[] {
  rmSync(pageFolder, { recursive: true, force: true });
  cpSync("docs/figures", join(pageFolder, "public/figures"), { recursive: true });
  cpSync("docs/schemas", join(pageFolder, "public/schemas"), { recursive: true });
  cpSync("site/home", pageFolder, { recursive: true });
  const present = groups.map((group) => ({
    ...group,
    pages: group.pages.filter(({ source }) => existsSync(source) || source.startsWith("api/")),
  }));
  const pages = present.flatMap((group) => group.pages);
  const paths = new Map<string, string>();
  for (const page of pages) if (!page.section) paths.set(page.source, page.path);
  for (const page of pages) {
    if (page.source.startsWith("api/")) continue;
    const file = join(pageFolder, `${page.path}.md`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, convert(page, readFileSync(page.source, "utf8"), paths, pages));
  }
  return present;
}

function convert(
  page: Page,
  markdown: string,
  paths: ReadonlyMap<string, string>,
  pages: readonly Page[],
): string {
  const text = page.section ? promote(markdown, page.section) : markdown;
  const linked = text.replaceAll(
    /(!?)\[([^\]]*)\]\(([^)\s]+)\)/g,
    (whole, mark: string, words: string, target: string) => {
      if (/^([a-z]+:|#)/i.test(target)) return whole;
      const [path = "", anchor] = posix.join(posix.dirname(page.source), target).split("#");
      if (/^docs\/(figures|schemas)\/./.test(path)) return `${mark}[${words}](${path.slice("docs".length)})`;
      const found = paths.get(path) ?? findSection(path, anchor, pages);
      if (found === undefined) return words.startsWith("`") ? words : `${words} (\`${path}\`)`;
      return `[${words}](/${found}${anchor === undefined || found.endsWith("!") ? "" : `#${anchor}`})`;
    },
  );
  const edit = `---\ntitle: ${JSON.stringify(page.title)}\n---\n\n`;
  return edit + protect(linked);
}

/** Finds the page of a section whose file is not a page. */
function findSection(path: string, anchor: string | undefined, pages: readonly Page[]): string | undefined {
  if (path !== "README.md") return undefined;
  return pages.find(({ source, section }) => source === path && slugify(section!) === anchor)?.path;
}

const slugify = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\s-]/g, "")
    .replaceAll(/\s+/g, "-");

/** Converts a section to a page: its heading becomes the title, and headings in it rise by one level. */
function promote(markdown: string, section: string): string {
  const start = markdown.indexOf(`\n## ${section}\n`);
  if (start < 0) throw new Error(`There is no section '${section}'.`);
  const end = markdown.indexOf("\n## ", start + 1);
  return `${markdown.slice(start + 1, end < 0 ? undefined : end).replaceAll(/^#(#+ )/gm, "$1")}\n`;
}

/** Escapes braces, which Vue would evaluate outside of code. */
function protect(markdown: string): string {
  return markdown.replaceAll("{{", "&#123;&#123;");
}
