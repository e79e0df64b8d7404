/** A page in a real browser that decodes files as the library's worker does. */
import { resolve } from "node:path";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { onTestFinished } from "vitest";
import { createScratchFolder } from "../scratch-folder.ts";
import { startStaticServer } from "../servers/static-server.ts";
import { openWatchedPage } from "./browser.ts";

/** What the page answers: samples, or why there are none. */
export interface PageDecoded {
  readonly container?: string;
  readonly codec?: string;
  readonly sampleRate?: number;
  readonly planes?: number[][];
  readonly warnings?: readonly { readonly code: string }[];
  readonly code?: string;
  readonly message?: string;
}

/**
 * Opens a page that decodes files of `folder` by name; `only`: with one of the browser's decoders instead of
 * all.
 */
export async function openDecodePage(
  browser: Browser,
  folder: string,
): Promise<(name: string, only?: string) => Promise<PageDecoded>> {
  const out = await createScratchFolder();
  await build({
    ...{ configFile: false, logLevel: "error" },
    build: {
      ...{ outDir: out, emptyOutDir: false, minify: false, target: "es2023" },
      rollupOptions: {
        input: resolve(import.meta.dirname, "../processes/decode-page.ts"),
        output: { entryFileNames: "page.js" },
      },
    },
  });
  const html = '<!doctype html><title>Decoding</title><script type="module" src="/code/page.js"></script>';
  const folders = { "/code/": `${out}/`, "/assets/": `${out}/assets/`, "/data/": `${folder}/` };
  const server = await startStaticServer(folders, { pages: { "/": html } });
  onTestFinished(() => server.close());
  const { page, complaints } = await openWatchedPage(browser);
  await page.goto(server.origin);
  await page.waitForFunction("globalThis.decode").catch(() => {
    throw new Error(complaints.join("\n"));
  });
  return (name, only) =>
    page.evaluate(`decode(${JSON.stringify(`/data/${encodeURIComponent(name)}`)}, ${JSON.stringify(only)})`);
}
