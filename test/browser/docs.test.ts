/** The server's page at /docs: its layout, its forms, and its samples as they stand. */
import { execFile } from "node:child_process";
import { basename, dirname } from "node:path";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findViolations } from "../support/browser/accessibility.ts";
import { browserNote, browserPath, getBrowser, openWatchedPage } from "../support/browser/browser.ts";
import { findLayoutFaults } from "../support/browser/screen-layout.ts";
import { getToneGolem, type Served, serve, type ToneGolems } from "../support/served.ts";

/** Sends the form of a route and waits until its answer matches. */
async function send(page: Page, path: string, wanted: RegExp, file?: string): Promise<void> {
  const form = page.locator(`form[data-path="${path}"]`);
  if (file) await form.locator("input[type=file]").setInputFiles(file);
  await form.locator("button").click();
  await expect.poll(() => form.locator("output").textContent(), { timeout: 20_000 }).toMatch(wanted);
}

describe.skipIf(!browserPath)(`the page /docs${browserNote}`, () => {
  let tones: ToneGolems;
  let served: Served;
  const open = async () => {
    const watched = await openWatchedPage(await getBrowser(), { viewport: { width: 1280, height: 900 } });
    await watched.page.goto(`${served.url}/docs`);
    await watched.page.waitForFunction(
      () => document.querySelector<HTMLInputElement>("input[name=id]")?.value,
    );
    return watched;
  };
  beforeAll(async () => {
    tones = await getToneGolem();
    served = await serve({ golems: [tones.golem], port: 0, workers: 1 });
  });
  afterAll(() => served?.server.close());

  it("gives each route less than three screens, wide and on a phone", { timeout: 60_000 }, async () => {
    const { page } = await open();
    for (const size of [
      { width: 1280, height: 900 },
      { width: 390, height: 844 },
      { width: 320, height: 640 },
    ]) {
      await page.setViewportSize(size);
      expect(await findLayoutFaults(page), `${size.width}`).toEqual([]);
      const heights = await page
        .locator("section")
        .evaluateAll((sections) => sections.map((section) => section.clientHeight / innerHeight));
      expect(heights.length).toBe(8);
      if (size.width > 320) expect(Math.max(...heights), `${size.width}`).toBeLessThan(3);
    }
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findViolations(page), colorScheme).toEqual([]);
    }
  });

  it("sends recordings and shows answers, events and problems", { timeout: 60_000 }, async () => {
    const { page, complaints } = await open();
    const route = "/v1/golems/{id}";
    await send(page, route, /^200 OK\n.*"labels": \[\s*"high",\s*"low"/s);
    await send(page, `${route}/predict`, /"label": "low"/, tones.files[0]!);
    await send(page, `${route}/detect`, /^200 OK\n\{"start":.*"label":"low"/s, tones.files[0]!);
    await send(page, `${route}/listen`, /"label":"low".*\n\{"type":"end"/s, tones.files[0]!);
    await page.locator(`form[data-path="${route}"] input[name=id]`).fill("none");
    await send(page, route, /^404.*"code": "golem-not-found"/s);
    // The browser itself complains of the 404.
    expect(complaints.filter((text) => !text.includes("404"))).toEqual([]);
  });

  it("copies samples", { timeout: 60_000 }, async () => {
    const { page } = await open();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const button = page.locator("button.copy").first();
    await button.click();
    await expect.poll(() => button.textContent()).toBe("Copied");
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(await page.locator("pre.curl").first().textContent());
    await expect.poll(() => button.textContent(), { timeout: 5000 }).toBe("Copy");
  });

  it("shows calls by curl and JavaScript that work", { timeout: 60_000 }, async () => {
    const { page } = await open();
    await page.locator('form[data-path$="/predict"] input[type=file]').setInputFiles(tones.files[0]!);
    const [first, second] = tones.files.map((path) => basename(path));
    const prepare = (text: string) =>
      text
        .replaceAll("my-golem", "tones")
        .replaceAll("@take-1.wav", `@"${first}"`)
        .replaceAll("@take-2.wav", `@"${second}"`)
        .replaceAll("@long.wav", `@"${first}"`);
    for (const text of await page.locator("pre.curl").allTextContents()) {
      expect(text).toContain(served.url);
      const { stdout } = await promisify(execFile)("bash", ["-c", `set -e\n${prepare(text)} -f -sS`], {
        cwd: dirname(tones.files[0]!),
      });
      expect(stdout).toMatch(/"status"|"labels"|"label"|process_cpu/);
    }
    const recording = await page.evaluateHandle(async () => {
      const field = document.querySelector<HTMLInputElement>('form[data-path$="/predict"] input[type=file]')!;
      return field.files![0]!;
    });
    const source = prepare((await page.locator("pre.javascript").first().textContent())!);
    const answer = await page.evaluate(
      ([file, text]) =>
        // biome-ignore lint/security/noGlobalEval: the sample is run as it is shown
        globalThis.eval(`(async (file) => { ${text}\nreturn { label, unknown }; })`)(file) as unknown,
      [recording, source] as const,
    );
    expect(answer).toEqual({ label: "low", unknown: false });
  });
});
