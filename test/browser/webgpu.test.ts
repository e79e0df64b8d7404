/** WebGPU on a page where it cannot be tried; webgpu.slow.test.ts has the trial itself. */
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebGpuTrial } from "../../src/web/webgpu-trial.ts";
import { browserNote, browserPath } from "../support/browser/browser.ts";
import { getSmallGolem, openGolemPage } from "../support/browser/golem-page.ts";
import {
  getWebGpuFolders,
  launchWebGpuBrowser,
  loadWithWebGpu,
  runtimeFolder,
} from "../support/browser/webgpu.ts";

describe.skipIf(!browserPath)(`WebGPU${browserNote}`, () => {
  let browser: Browser;
  let folders: Record<string, string>;
  beforeAll(async () => {
    browser = await launchWebGpuBrowser();
    folders = await getWebGpuFolders(await getSmallGolem("google-speech-embedding"));
  });
  afterAll(() => browser?.close());

  it("is not tried on a software adapter unless asked to, nor without its files; predictions go on", async () => {
    const { page } = await openGolemPage(browser, folders);
    const reasons = async (options: string) =>
      ((await page.evaluate(loadWithWebGpu(options))) as readonly WebGpuTrial[]).map(({ reason }) => reason);
    for (const reason of await reasons(`{ runtimeUrl: "/onnxruntime-web" }`)) {
      expect(reason).toMatch(/software|no graphics processor/);
    }
    for (const reason of await reasons(`{ runtimeUrl: "/nowhere/", software: true }`)) {
      expect(reason).toMatch(
        /nowhere\/ort\.webgpu\.min\.mjs could not be loaded: .*onnxruntime-web@|no graphics processor/,
      );
    }
    expect(
      await page.evaluate("window.tried.predict(new Float32Array(16000)).catch(({ code }) => code)"),
    ).toBe("silent");
    expect(await page.evaluate("window.golem.webgpu")).toEqual([]);
  });

  it("expects the version of ONNX Runtime that WebAssembly runs", async () => {
    const source = await readFile(
      resolve(import.meta.dirname, "../../src/web/onnx-runtime-webgpu.ts"),
      "utf8",
    );
    const { version } = JSON.parse(await readFile(join(runtimeFolder, "../package.json"), "utf8"));
    expect(source).toContain(`const expectedVersion = "${version}";`);
  });
});
