/** ARCHITECTURE.md against the tree: its folders, the files that it names, the length of "Where is". */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";
import { expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const text = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
const rowsOf = (title: string): string[] =>
  text
    .split(`## ${title}`)[1]!
    .split("\n## ")[0]!
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1);

it("lists every folder of src once, and those of node", () => {
  const folders = (path: string) =>
    readdirSync(join(root, path), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  const rows = rowsOf("Folders").map((row) => row.split("`"));
  expect(rows.map(([, name]) => name!).sort()).toEqual(folders("src"));
  const node = rows.find(([, name]) => name === "node")!;
  const named = node.filter((part) => part.endsWith("/")).map((part) => part.slice(0, -1));
  expect(named.sort()).toEqual(folders("src/node"));
});

it("answers at most 40 questions", () => {
  const { length } = rowsOf("Where is");
  expect(length).toBeGreaterThan(30);
  expect(length).toBeLessThanOrEqual(40);
});

it("names only files that exist", () => {
  const missing: string[] = [];
  let count = 0;
  for (const line of text.split("\n")) {
    // A name without a folder is beside the file named before it.
    let folder = "";
    for (const [, name] of line.matchAll(/`([\w./-]+(?:\.(?:tsx?|md|cjs|js)|\/[\w-]+\/))`/g)) {
      const path = name!.includes("/") ? name! : posix.join(folder, name!);
      if (/\.(tsx?|js)$/.test(path)) folder = posix.dirname(path);
      count++;
      const places = [
        path,
        posix.join("src", path),
        posix.join("src/node", path),
        posix.join("src/classifier", path),
      ];
      if (!places.some((place) => existsSync(join(root, place)))) missing.push(path);
    }
  }
  expect(count).toBeGreaterThan(120);
  expect(missing).toEqual([]);
});
