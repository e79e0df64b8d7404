import { defineConfig } from "tsdown";
import { createThirdPartyNotices } from "./scripts/third-party-notices.ts";

/** Where onnxruntime-web keeps what is fetched at run time. */
const runtimeFolder = "node_modules/onnxruntime-web/dist";

/** Without the report of which plugin took most of the time: on a busy machine every build prints one. */
const checks = { pluginTimings: false };

/** What other modules need stays out of the entries' own files, some of which run something when they are loaded. */
const inputOptions = { preserveEntrySignatures: "strict" } as const;

export default defineConfig([
  {
    entry: [
      "src/index.ts",
      "src/audio/index.ts",
      "src/dataset/index.ts",
      "src/detect/index.ts",
      "src/encoder/index.ts",
      "src/evaluate/index.ts",
      "src/head/index.ts",
      "src/embed/index.ts",
      "src/cli/run.ts",
      "src/cli/commands/*.ts",
      "src/node/threads/embed-worker.ts",
      "src/node/threads/fold-worker.ts",
      "src/node/threads/golem-worker.ts",
      "src/node/threads/model-process.ts",
      "src/node/threads/model-worker.ts",
      "src/node/threads/parquet-worker.ts",
    ],
    format: "esm",
    platform: "node",
    target: "node20.19",
    fixedExtension: false,
    dts: true,
    clean: true,
    // Of zod only what is used: its own entry loads 90 modules, a tenth of a command's processor time. Types
    // refer to the package.
    deps: {
      alwaysBundle: (id, importer) => /^zod\//.test(id) && !/\.d\.ts$/.test(importer ?? ""),
      onlyBundle: false,
    },
    inputOptions,
    outputOptions: {
      chunkFileNames: "chunks/[name]-[hash].js",
    },
    checks,
    plugins: [createThirdPartyNotices().emit()],
    // Texts that the report's page carries, read beside the code in src as in dist; licences.
    copy: [
      { from: ["src/view/look.css", "src/view/result.css"], to: "dist/view" },
      { from: "src/audio/formats/wasm/LICENSES.txt", to: "dist/audio/formats/wasm" },
      { from: ["src/view/report/*.css", "src/view/report/page-script.js"], to: "dist/view/report" },
    ],
  },
  {
    // For browsers: whole, with everything it needs, so that it works as static files.
    name: "web",
    entry: ["index", "encoders", "embedding-worker", "capture-worklet", "page"].map(
      (name) => `src/web/${name}.ts`,
    ),
    outDir: "dist/web",
    format: "esm",
    platform: "browser",
    target: ["chrome111", "firefox114", "safari16.4"],
    minify: true,
    hash: false,
    dts: true,
    clean: [],
    deps: { alwaysBundle: /./, onlyBundle: false },
    inputOptions: {
      ...inputOptions,
      resolve: { conditionNames: ["onnxruntime-web-use-extern-wasm", "browser", "import", "default"] },
    },
    checks,
    plugins: [createThirdPartyNotices().emit()],
    copy: [
      `${runtimeFolder}/ort-wasm-simd-threaded.mjs`,
      `${runtimeFolder}/ort-wasm-simd-threaded.wasm`,
      "src/web/page.html",
      "src/view/look.css",
      "src/web/page.css",
    ],
  },
]);
