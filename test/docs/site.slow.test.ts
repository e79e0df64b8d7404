/** Builds the site, with its own packages, follows every link, and looks for anything that a page would load from elsewhere. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");

it("is built, its links lead somewhere, and it needs no other server", () => {
  const printed = execFileSync("npm", ["run", "docs:check"], { cwd: root, encoding: "utf8" });
  const [, pages, links] = /(\d+) pages, (\d+) links, 0 broken/.exec(printed)!;
  expect(Number(pages)).toBeGreaterThan(40);
  expect(Number(links)).toBeGreaterThan(1000);
  const dist = join(root, "site/dist");
  const names = readdirSync(dist, { recursive: true, encoding: "utf8" });
  expect(names.some((name) => /localSearchIndexroot/.test(name))).toBe(true);
  expect(names.some((name) => /localSearchIndexru/.test(name))).toBe(true);
  for (const name of names.filter((each) => each.endsWith(".html"))) {
    const html = readFileSync(join(dist, name), "utf8");
    expect(html.match(/<(script|img|link|iframe)[^>]* (src|href)="(https?:)?\/\/[^"]*"/g), name).toBeNull();
  }
}, 600_000);
