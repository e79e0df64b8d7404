/**
 * The page as text: its policy contains the hashes of its script and style sheet, and its number of colours
 * is the one that the code uses.
 */
import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { hostileTexts, makeReportData } from "../../../test/support/report-data.ts";
import { loadPageAssets } from "../../node/report/golem-report.ts";
import { getColourClass } from "../class-mark.tsx";
import { writeReport } from "./page.tsx";

const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

it("allows the one script and the one style sheet that it has", async () => {
  const page = writeReport(makeReportData(), await loadPageAssets());
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1];
  const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page)!;
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)];
  expect(scripts).toHaveLength(1);
  expect(policy).toContain(`script-src ${hash(scripts[0]![1]!)};`);
  expect(policy).toContain(`style-src ${hash(style!)};`);
  expect(policy).toMatch(/^default-src 'none'/);
  expect(page).not.toMatch(/ style="| on\w+="/);
});

it("escapes every text of the data, and is the same each time", async () => {
  const assets = await loadPageAssets();
  const data = makeReportData({ labels: hostileTexts });
  const page = writeReport(data, assets);
  expect(writeReport(data, assets)).toBe(page);
  expect(page).not.toContain("\0");
  expect(page).not.toMatch(/<img src=x|<script>document|\u202e/);
});

it("has a colour in the style sheet for each class", async () => {
  const { style } = await loadPageAssets();
  const asked = new Set(Array.from({ length: 40 }, (_, i) => getColourClass(i)));
  expect([...asked].map((name) => style.includes(`.${name} {`))).toEqual([...asked].map(() => true));
  expect(style.match(/^\.k\d \{/gm)).toHaveLength(asked.size);
});
