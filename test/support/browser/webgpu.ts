/** A browser and a site with what WebGPU needs, for tests. */
import { resolve } from "node:path";
import type { Browser } from "playwright-core";
import { launchBrowser } from "./browser.ts";
import { bankingFolder, getSiteFolders } from "./golem-page.ts";

/** ONNX Runtime for browsers, whose WebGPU files are not part of the package. */
export const runtimeFolder: string = resolve(
  import.meta.dirname,
  "../../../node_modules/onnxruntime-web/dist",
);

/** Starts a browser that has WebGPU, if only by software. */
export function launchWebGpuBrowser(): Promise<Browser> {
  return launchBrowser(["--enable-unsafe-webgpu"]);
}

/** Folders of a site with a golem and what WebGPU needs. */
export async function getWebGpuFolders(golem: string): Promise<Record<string, string>> {
  return {
    ...(await getSiteFolders()),
    "/golem/": golem,
    "/data/": `${bankingFolder}/test/`,
    "/onnxruntime-web/": `${runtimeFolder}/`,
  };
}

/** Script that loads the golem with these options for WebGPU as `window.tried` and returns the trials. */
export const loadWithWebGpu = (options: string): string => `(async () => {
  const { loadGolem } = await import("/golem-audio/index.js");
  window.tried = await loadGolem("/golem/", { weights: "/weights/", webgpu: ${options} });
  return await window.tried.webgpu;
})()`;
