/** The check of package-lock.json, and the list of what users get. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { findPackageFaults, type LockedPackage } from "../../scripts/package-faults.ts";

const root = resolve(import.meta.dirname, "../..");
const security =
  "## Install scripts\n\n| package | why |\n|---|---|\n| `native` | builds |\n\n## More\n| `other` | |\n";
const integrity = `sha512-${"a".repeat(86)}==`;
const native = { integrity, license: "MIT", hasInstallScript: true };

function check(entry: LockedPackage): string[] {
  const packages = { "": {}, "node_modules/native": native, "node_modules/a/node_modules/@b/c": entry };
  return findPackageFaults(packages, security);
}

it("finds none in this package", () => {
  const { packages } = JSON.parse(readFileSync(resolve(root, "package-lock.json"), "utf8"));
  expect(findPackageFaults(packages, readFileSync(resolve(root, "SECURITY.md"), "utf8"))).toEqual([]);
});

it.each(["MIT", "(GPL-3.0 OR MIT)", "Apache-2.0 AND ISC"])("accepts the licence %s", (license) => {
  expect(check({ integrity, license })).toEqual([]);
});

it.each([
  ["no hash", { license: "MIT" }, "integrity"],
  ["a weak hash", { license: "MIT", integrity: "sha1-abc=" }, "integrity"],
  [
    "an address",
    { license: "MIT", integrity, resolved: "http://registry.test/c.tgz" },
    "http://registry.test",
  ],
  ["an unlisted licence", { license: "GPL-3.0-only", integrity }, "GPL-3.0-only"],
  ["half a licence", { license: "MIT AND LGPL-3.0", integrity }, "LGPL-3.0"],
  ["no licence", { integrity }, "none named"],
  [
    "an undocumented script",
    { license: "MIT", integrity, hasInstallScript: true },
    "@b/c runs an install script",
  ],
])("finds %s", (_, entry, words) => {
  expect(check(entry)).toEqual([expect.stringContaining(words)]);
});

it("asks only hashes of packages for development", () => {
  expect(check({ integrity, license: "GPL-3.0", hasInstallScript: true, dev: true })).toEqual([]);
  expect(check({ dev: true })).toHaveLength(1);
});

it("finds an install script that npm install wrote back", () => {
  const entry = { integrity, license: "MIT", hasInstallScript: true };
  const documented = security.replace("native", "onnxruntime-node");
  const find = (one: LockedPackage) =>
    findPackageFaults({ "": {}, "node_modules/onnxruntime-node": one }, documented);
  expect(find(entry)).toEqual([expect.stringContaining("remove that line")]);
  expect(find({ ...entry, hasInstallScript: false })).toEqual([]);
});

it("finds a documented script that is gone", () => {
  expect(findPackageFaults({ "": {} }, security)).toEqual([
    expect.stringContaining("native, which runs none"),
  ]);
});

it("lists every package that users get, with its hash and licence", () => {
  const { packages } = JSON.parse(readFileSync(resolve(root, "package-lock.json"), "utf8"));
  const expected = Object.entries(packages as Record<string, LockedPackage>)
    .filter(([path, { dev }]) => path !== "" && !dev)
    .map(
      ([path, { version }]) =>
        `pkg:npm/${path.split("node_modules/").at(-1)!.replace("@", "%40")}@${version}`,
    );
  const document = execFileSync("npm", ["run", "--silent", "sbom"], { cwd: root, encoding: "utf8" });
  const { bomFormat, components } = JSON.parse(document);
  expect(bomFormat).toBe("CycloneDX");
  expect(components.map(({ purl }: { purl: string }) => purl).sort()).toEqual([...new Set(expected)].sort());
  for (const { hashes, licenses } of components)
    expect([hashes, licenses]).toEqual([[expect.anything()], [expect.anything()]]);
});
