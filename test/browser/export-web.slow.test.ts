/** `golem export --format web`: a folder that runs in a browser, is accessible, and contains nothing private. */
import { cp, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { createTone, createWav } from "../support/audio-files.ts";
import { findViolations } from "../support/browser/accessibility.ts";
import {
  browserNote,
  browserPath,
  getBrowser,
  launchBrowser,
  listMicrophoneFlags,
  openWatchedPage,
} from "../support/browser/browser.ts";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { startStaticServer } from "../support/servers/static-server.ts";
import { getSharedFolder } from "../support/shared-folder.ts";

const banking = resolve(import.meta.dirname, "../../demo/banking");

/** Trains a small golem on recordings with telling names, and exports it. */
async function exportSmall(folder: string, name: (label: string) => string): Promise<void> {
  const rows = (await readFile(join(banking, "metadata.csv"), "utf8")).split("\n").slice(1);
  const wanted = rows.filter((row) => /^train\/(freeze|balance|abroad)\//.test(row));
  const list = wanted.map((row, i) => {
    const [file, label] = row.split(",");
    return `${banking}/${file},${name(label!)},secret-speaker-${i % 4}`;
  });
  await writeFile(join(folder, "data.csv"), ["file_name,label,speaker", ...list].join("\n"));
  const golem = join(folder, "golem");
  const site = join(folder, "site");
  const trained = await runGolem([
    "train",
    join(folder, "data.csv"),
    "--out",
    golem,
    "--encoder",
    "moonshine-tiny",
    "--augment",
    "none",
  ]);
  expect(trained.exitCode).toBe(0);
  const { exitCode, stdout } = await runGolem(["export", golem, "--format", "web", "--out", site, "--json"]);
  expect(exitCode).toBe(0);
  await writeFile(join(folder, "export.json"), stdout);
}

/** The export of a golem whose classes have their own names. */
async function getSite(): Promise<{ site: string; stdout: string }> {
  const folder = await getSharedFolder("exported-page", (place) => exportSmall(place, (label) => label));
  return { site: join(folder, "site"), stdout: await readFile(join(folder, "export.json"), "utf8") };
}

describe.skipIf(!browserPath)(`an exported page${browserNote}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await getBrowser();
  });

  it("classifies files, is accessible in every theme and size, and holds nothing private", async () => {
    const { site, stdout } = await getSite();
    for (const name of await readdir(join(site, "golem"))) {
      if (name === "weights") continue;
      const text = await readFile(join(site, "golem", name), "latin1");
      for (const secret of ["secret-speaker", "flite", banking, "data.csv", ".ogg"])
        expect(text, name).not.toContain(secret);
    }
    const { files } = JSON.parse(stdout) as { files: { path: string }[] };
    expect(files.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        "index.html",
        "golem-audio/THIRD-PARTY-NOTICES.txt",
        "golem/golem.json",
        "golem/weights/moonshine-tiny/encoder_model.onnx",
      ]),
    );
    const server = await startStaticServer({ "/": `${site}/` });
    try {
      for (const [colorScheme, width] of [
        ["light", 1100],
        ["dark", 1100],
        ["light", 360],
      ] as const) {
        const viewport = { width, height: 900 };
        const { page, complaints, requests } = await openWatchedPage(browser, { colorScheme, viewport });
        await page.goto(server.origin);
        await page.locator("#ready").waitFor({ timeout: 120_000 });
        await page.context().setOffline(true);
        await page.setInputFiles("#files", [
          join(banking, "test/freeze/00-flite-awb.ogg"),
          join(banking, "README.md"),
        ]);
        await page.locator("#answers .label").waitFor({ timeout: 120_000 });
        await page
          .locator("#answers .failed", { hasText: "README.md is not a supported kind of audio file" })
          .waitFor();
        expect(await page.locator("#answers .bar").count()).toBe(3);
        expect(await page.locator("#classes").textContent()).toContain("abroad, balance, freeze");
        expect(await findViolations(page)).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
        expect(complaints).toEqual([]);
        expect(requests.filter((url) => !url.startsWith(server.origin))).toEqual([]);
      }
    } finally {
      await server.close();
    }
  }, 400_000);

  it("tells a class called unknown from the flag, in answers and while it listens", async () => {
    const folder = await createScratchFolder();
    await exportSmall(folder, (label) => (label === "freeze" ? "unknown" : label));
    const site = join(folder, "site");
    const server = await startStaticServer({ "/": `${site}/` });
    const sound = join(site, "..", "microphone.wav");
    await writeFile(sound, createWav(createTone(16_000, 2, 1, 440, 0.3), 16_000));
    const listening = await launchBrowser(listMicrophoneFlags(sound));
    try {
      const { page, complaints } = await openWatchedPage(listening);
      await page.goto(server.origin);
      await page.locator("#ready").waitFor({ timeout: 120_000 });
      await page.setInputFiles("#files", [join(banking, "test/freeze/00-flite-awb.ogg")]);
      await page.locator("#answers .label").waitFor({ timeout: 120_000 });
      const listNames = async (place: string): Promise<string[]> =>
        (await page.locator(`${place} .bar .name`).allTextContents()).sort();
      expect(await listNames("#answers")).toEqual(["abroad", "balance", "unknown"]);
      expect(await page.locator("#answers .bar .tag").count()).toBe(0);
      await page.click("#listen");
      await page.locator("#bars .bar .tag").waitFor({ timeout: 120_000 });
      expect(await listNames("#bars")).toEqual(["abroad", "balance", "unknown", "unknown"]);
      expect(await page.locator("#bars .bar .tag").allTextContents()).toEqual(["unknown"]);
      await page.click("#listen");
      expect(complaints).toEqual([]);
    } finally {
      await listening.close();
      await server.close();
    }
  }, 300_000);

  it("says what is wrong when a file of it is damaged", async () => {
    const site = join(await createScratchFolder(), "site");
    await cp((await getSite()).site, site, { recursive: true });
    await writeFile(join(site, "golem/weights/moonshine-tiny/encoder_model.onnx"), "something else");
    const server = await startStaticServer({ "/": `${site}/` });
    try {
      const { page } = await openWatchedPage(browser);
      await page.goto(server.origin);
      await page.locator("#error", { hasText: "encoder_model.onnx" }).waitFor({ timeout: 60_000 });
      expect(await page.locator("#ready").isVisible()).toBe(false);
    } finally {
      await server.close();
    }
  }, 200_000);
});
