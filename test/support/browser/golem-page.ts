/** Golems on a page in a real browser: the built `dist/web`, weights and a golem from a static server, under the strict policy. */
import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { onTestFinished } from "vitest";
import type { ErrorRecord } from "../../../src/core/error.ts";
import { encoderDefinitions, transcriberDefinitions } from "../../../src/encoder/registry.ts";
import type { AudioPrediction } from "../../../src/golem/predict-embedded.ts";
import { train } from "../../../src/index.ts";
import { getWeightsFolder, pullWeights } from "../../../src/node/models/encoder-weights.ts";
import { runGolem } from "../command-line.ts";
import { type StaticServer, startStaticServer } from "../servers/static-server.ts";
import { getSharedFolder } from "../shared-folder.ts";
import { openWatchedPage, type WatchedPage } from "./browser.ts";

/** The built library for browsers. */
export const webFolder = resolve(import.meta.dirname, "../../../dist/web");

/** Folders of a site that can run any golem: the library at /golem-audio/, weights at /weights/. */
export async function getSiteFolders(): Promise<Record<string, string>> {
  const folders: Record<string, string> = { "/golem-audio/": `${webFolder}/` };
  for (const [id, definition] of Object.entries(encoderDefinitions)) {
    if (!definition.weights) continue;
    await pullWeights(definition);
    const transcriber = transcriberDefinitions[id];
    if (transcriber) await pullWeights(transcriber);
    folders[`/weights/${id}/`] = getWeightsFolder(definition);
  }
  return folders;
}

/** Recordings of the banking demo. */
export const bankingFolder = resolve(import.meta.dirname, "../../../demo/banking");

/** Writes a list of the training recordings of three classes of the demo; its path. */
async function listThreeClasses(folder: string): Promise<string> {
  const rows = (await readFile(join(bankingFolder, "metadata.csv"), "utf8")).split("\n").slice(1);
  const wanted = rows.filter((row) => /^train\/(freeze|balance|abroad)\//.test(row));
  const list = wanted.map((row) => `${bankingFolder}/${row.split(",").slice(0, 2).join(",")}`);
  await writeFile(join(folder, "data.csv"), ["file_name,label", ...list].join("\n"));
  return join(folder, "data.csv");
}

/** Trains a golem of three classes of the banking demo, the default one unless an encoder is named; its folder, which ends with a slash. */
export async function trainSmallGolem(folder: string, encoder?: string): Promise<string> {
  const golem = await train(await listThreeClasses(folder), { augment: "none", ...(encoder && { encoder }) });
  await golem.save(join(folder, "golem"));
  await golem.dispose();
  return `${join(folder, "golem")}/`;
}

/** The golem of {@link trainSmallGolem} as the command line trains it, with a report, shared by all tests of a run; its folder, which ends with a slash. */
export async function getSmallGolem(encoder?: string): Promise<string> {
  const name = `small-golem-${encoder ?? "auto"}`;
  const folder = await getSharedFolder(name, async (place) => {
    const args = ["train", await listThreeClasses(place), "--out", join(place, "golem"), "--quiet"];
    const { exitCode, stderr } = await runGolem([...args, ...(encoder ? ["--encoder", encoder] : [])]);
    if (exitCode !== 0) throw new Error(stderr);
  });
  return `${join(folder, "golem")}/`;
}

/** What a page says of one recording. */
type PageAnswer = AudioPrediction | { readonly error: ErrorRecord };

/** A page with a golem on it, as `window.golem`. */
export interface GolemPage extends WatchedPage {
  readonly server: StaticServer;
  /** Fetches the recordings at these addresses, then predicts them without a network. */
  predict(urls: readonly string[]): Promise<PageAnswer[]>;
}

/** Opens a page that has loaded the golem at /golem/; everything goes away with the test. */
export async function openGolemPage(
  browser: Browser,
  folders: Readonly<Record<string, string>>,
  options: { readonly isolated?: boolean } = {},
): Promise<GolemPage> {
  const html = `<!doctype html><html lang="en"><title>golem</title><link rel="icon" href="data:,"></html>`;
  const server = await startStaticServer(folders, {
    pages: { "/": html },
    isolated: options.isolated ?? false,
  });
  onTestFinished(() => server.close());
  const watched = await openWatchedPage(browser);
  const { page } = watched;
  await page.goto(server.origin);
  await page.evaluate(`(async () => {
    const { loadGolem } = await import("/golem-audio/index.js");
    window.golem = await loadGolem("/golem/", { weights: "/weights/" });
  })()`);
  const predict = async (urls: readonly string[]): Promise<PageAnswer[]> => {
    await page.evaluate(`(async (urls) => {
      window.files = [];
      for (const url of urls) {
        const blob = await (await fetch(url)).blob();
        window.files.push(new File([blob], decodeURIComponent(url.split("/").pop())));
      }
    })(${JSON.stringify(urls)})`);
    await page.context().setOffline(true);
    const answers = await page.evaluate(`(async () => {
      const answers = [];
      for (const file of window.files) {
        answers.push(await window.golem.predict(file).catch(({ code, message, hint }) => ({ error: { code, message, hint } })));
      }
      return answers;
    })()`);
    await page.context().setOffline(false);
    return answers as PageAnswer[];
  };
  return { ...watched, server, predict };
}
