/**
 * Networks on WebGPU in a real browser: the same as on WebAssembly, used only where that is faster, and nobody's loss where there is none. The graphics
 * processor may be software; where the browser has not even that, what it says then is tested.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebGpuTrial } from "../../src/web/webgpu-trial.ts";
import { browserNote, browserPath, launchBrowser } from "../support/browser.ts";
import { bankingFolder, getSiteFolders, openGolemPage, trainSmallGolem } from "../support/golem-page.ts";

const runtimeFolder = resolve(import.meta.dirname, "../../node_modules/onnxruntime-web/dist");

describe.skipIf(!browserPath)(`WebGPU${browserNote}`, () => {
  let browser: Browser;
  let folder: string;
  let folders: Record<string, string>;
  beforeAll(async () => {
    browser = await launchBrowser(["--enable-unsafe-webgpu"]);
    folder = await mkdtemp(join(tmpdir(), "golem-test-"));
    const golem = await trainSmallGolem(folder);
    folders = {
      ...(await getSiteFolders()),
      "/golem/": golem,
      "/data/": `${bankingFolder}/test/`,
      "/onnxruntime-web/": `${runtimeFolder}/`,
    };
  });
  afterAll(async () => {
    await browser?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const load = (options: string) => `(async () => {
    const { loadGolem } = await import("/golem-audio/index.js");
    window.tried = await loadGolem("/golem/", { weights: "/weights/", webgpu: ${options} });
    return await window.tried.webgpu;
  })()`;

  it("is tried on every encoder, says the same, and is left alone where it is slower", {
    timeout: 600_000,
  }, async () => {
    const { page, complaints } = await openGolemPage(browser, folders);
    const hasAdapter = await page.evaluate(
      "(async () => Boolean(navigator.gpu && await navigator.gpu.requestAdapter()))()",
    );
    const trials = (await page.evaluate(
      load(`{ runtimeUrl: "/onnxruntime-web", software: true }`),
    )) as readonly WebGpuTrial[];
    const encoders = await page.evaluate("window.golem.document.encoders.map(({ id }) => id)");
    expect(encoders).toContain("moonshine-tiny");
    expect(trials.map(({ encoder }) => encoder)).toEqual(encoders);
    for (const { isUsed, reason, difference, seconds } of trials) {
      if (!hasAdapter) {
        expect(reason).toBe("The browser offers no graphics processor.");
        expect(isUsed).toBe(false);
        continue;
      }
      // Another order of sums gives other last bits; none at all would mean that nothing else had run.
      expect(difference).toBeGreaterThan(0);
      expect(difference).toBeLessThan(2e-3);
      expect(isUsed).toBe(seconds!.webgpu < seconds!.wasm);
      expect(reason).toMatch(isUsed ? /is faster/ : /is not faster/);
    }
    const answers = (await page.evaluate(`(async () => {
      const blob = await (await fetch("/data/freeze/00-flite-awb.ogg")).blob();
      return [await window.golem.predict(blob), await window.tried.predict(blob)];
    })()`)) as { scores: Record<string, number> }[];
    expect(Object.values(answers[1]!.scores)).toBeAllclose(Object.values(answers[0]!.scores), {
      rtol: 0,
      atol: 0.01,
    });
    expect(complaints).toEqual([]);
  });

  it("is not tried on a software adapter unless asked to, nor without its files; predictions go on", async () => {
    const { page } = await openGolemPage(browser, folders);
    const reasons = async (options: string) =>
      ((await page.evaluate(load(options))) as readonly WebGpuTrial[]).map(({ reason }) => reason);
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
