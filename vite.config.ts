import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createLogger, defineConfig, type Plugin } from "vite";
import { createThirdPartyNotices } from "./scripts/third-party-notices.ts";

/** The two files of ONNX Runtime that it loads by itself, beside the page. */
function emitOnnxRuntime(): Plugin {
  const folder = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));
  return {
    name: "onnx-runtime",
    apply: "build",
    generateBundle() {
      for (const name of ["ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"]) {
        this.emitFile({ type: "asset", fileName: `ort/${name}`, source: readFileSync(join(folder, name)) });
      }
    },
  };
}

/** The head that the pages share: encoding, policy, size, colour schemes, icon. Only the studio compiles WebAssembly. */
function shareHead(): Plugin {
  return {
    name: "head",
    transformIndexHtml: {
      order: "pre",
      handler: (_html, { path }) => {
        const scripts = path.endsWith("index.html") ? "'self' 'wasm-unsafe-eval'" : "'self'";
        const policy = `default-src 'none'; script-src ${scripts}; style-src 'self'; img-src 'self'; media-src blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'`;
        return [
          { tag: "meta", attrs: { charset: "utf-8" } },
          { tag: "meta", attrs: { "http-equiv": "Content-Security-Policy", content: policy } },
          { tag: "meta", attrs: { name: "viewport", content: "width=device-width, initial-scale=1" } },
          { tag: "meta", attrs: { name: "color-scheme", content: "light dark" } },
          { tag: "link", attrs: { rel: "icon", href: "./icon.svg", type: "image/svg+xml" } },
        ].map((tag) => ({ ...tag, injectTo: "head-prepend" as const }));
      },
    },
  };
}

/** Warnings, without those about the two files that `emitOnnxRuntime` puts there. */
function createBuildLogger() {
  const logger = createLogger("warn");
  const { warnOnce } = logger;
  logger.warnOnce = (message, options) => {
    if (!message.includes('new URL("./ort-wasm-simd-threaded.')) warnOnce(message, options);
  };
  return logger;
}

const notices = createThirdPartyNotices();
/** Without the report of which plugin took most of the time: on a busy machine every build prints one. */
const checks = { pluginTimings: false };

/** The studio's page: a static site of its own in dist/studio, beside the package's modules. */
export default defineConfig({
  root: "src/studio",
  // Relative addresses, so that the site works in any folder of any server.
  base: "./",
  customLogger: createBuildLogger(),
  // The build of csv-parse that needs no Buffer of Node.
  resolve: {
    alias: { "csv-parse/sync": "csv-parse/browser/esm/sync" },
    conditions: ["onnxruntime-web-use-extern-wasm", "module", "browser", "production"],
  },
  plugins: [shareHead(), emitOnnxRuntime(), notices.emit()],
  build: {
    outDir: "../../dist/studio",
    emptyOutDir: true,
    target: "es2023",
    modulePreload: { polyfill: false },
    // The page's policy allows no data: addresses.
    assetsInlineLimit: 0,
    rolldownOptions: { input: ["src/studio/index.html", "src/studio/review.html"], checks },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
  worker: { format: "es", plugins: () => [notices.collect()], rolldownOptions: { checks } },
});
