/** WebGPU on a page with every encoder of a golem by default. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebGpuTrial } from "../../src/web/webgpu-trial.ts";
import { browserNote, browserPath } from "../support/browser/browser.ts";
import { getSmallGolem, openGolemPage } from "../support/browser/golem-page.ts";
import { getWebGpuFolders, launchWebGpuBrowser, loadWithWebGpu } from "../support/browser/webgpu.ts";

describe.skipIf(!browserPath)(`WebGPU${browserNote}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchWebGpuBrowser();
  });
  afterAll(() => browser?.close());

  it("is tried on every encoder, says the same, and is left alone where it is slower", {
    timeout: 600_000,
  }, async () => {
    const folders = await getWebGpuFolders(await getSmallGolem());
    const { page, complaints } = await openGolemPage(browser, folders);
    const hasAdapter = await page.evaluate(
      "(async () => Boolean(navigator.gpu && await navigator.gpu.requestAdapter()))()",
    );
    const trials = (await page.evaluate(
      loadWithWebGpu(`{ runtimeUrl: "/onnxruntime-web", software: true }`),
    )) as readonly WebGpuTrial[];
    const encoders = await page.evaluate("window.golem.document.encoders.map(({ id }) => id)");
    expect(trials.map(({ encoder }) => encoder)).toEqual(encoders);
    for (const { isUsed, reason, difference, seconds } of trials) {
      if (!hasAdapter) {
        expect(reason).toBe("The browser has no graphics processor.");
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
    expect(encoders).toContain("moonshine-tiny");
  });
});
