/** The licences beside the bundles for browsers (`npm run build` writes them). */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, it } from "vitest";

const dist = resolve(import.meta.dirname, "../../dist");
const licenceText =
  /Permission is hereby granted|Redistribution and use|Permission to use, copy|TERMS AND CONDITIONS|Mozilla Public License Version 2\.0\n=/;

it.each(["web", "studio"])("dist/%s has the licence text of everything in it", (folder) => {
  const [, ...sections] = readFileSync(resolve(dist, folder, "THIRD-PARTY-NOTICES.txt"), "utf8").split(
    /\n-{80}\n/,
  );
  const lacking = sections
    .filter((section) => !licenceText.test(section))
    .map((section) => section.trim().slice(0, 60));
  expect(lacking).toEqual([]);
  const find = (words: string) => sections.find((section) => section.includes(words));
  expect(find("\nmpg123-decoder ")).toMatch(
    /libmpg123 \(LGPL-2\.1\)[\s\S]*GNU LESSER GENERAL PUBLIC LICENSE[\s\S]*Version 2\.1/,
  );
  expect(find("\nopus-decoder ")).toMatch(/libopus[\s\S]*Jean-Marc Valin/);
  expect(find("libvorbis:")).toContain("Redistributions in binary form");
  expect(find("\nonnxruntime-web ")).toMatch(/Protocol Buffers[\s\S]*Microsoft Corporation/);
});

it("ships the licences of the codecs in the package for Node", () => {
  expect(readdirSync(resolve(dist, "audio/formats/wasm"))).toContain("LICENSES.txt");
});
