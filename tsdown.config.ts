import { defineConfig } from "tsdown";

export default defineConfig({
  entry: [
    "src/index.ts",
    "src/audio/index.ts",
    "src/dataset/index.ts",
    "src/encoder/index.ts",
    "src/evaluate/index.ts",
    "src/head/index.ts",
    "src/store/index.ts",
    "src/cli/run.ts",
    "src/cli/commands/*.ts",
    "src/node/embed-worker.ts",
    "src/node/fold-worker.ts",
  ],
  // One file out for each file in, so that paths relative to a module are the same in src and dist.
  unbundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  fixedExtension: false,
  dts: true,
  clean: true,
});
