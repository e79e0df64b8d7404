/**
 * A plugin of the builds that writes THIRD-PARTY-NOTICES.txt beside them: the packages whose code is in the bundle, with
 * their licences. What is bundled is asked of the bundler, so that the list cannot be wrong.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

/** What packages hold that is not in their package.json: libraries compiled to WebAssembly. */
const compiledIn: Readonly<Record<string, string>> = {
  "mpg123-decoder": "libmpg123 (LGPL-2.1), https://www.mpg123.de/",
  "opus-decoder": "libopus (BSD-3-Clause), https://opus-codec.org/",
  "onnxruntime-web":
    "ONNX Runtime with Abseil (Apache-2.0), Boost.Mp11 (BSL-1.0), cpuinfo (BSD-2-Clause), date (MIT), Eigen (MPL-2.0), Emscripten with musl (MIT), FlatBuffers (Apache-2.0), GSL (MIT), JSON for Modern C++ (MIT), ONNX (Apache-2.0), Protocol Buffers (BSD-3-Clause), RE2 (BSD-3-Clause), SafeInt (MIT); texts: https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt",
};

const wasmAudioDecoders = new URL("licences/wasm-audio-decoders.txt", import.meta.url);

/** The texts that packages should hold and do not. Addresses are written out, since bundlers resolve them. */
const missingTexts: Readonly<Record<string, readonly URL[]>> = {
  "@wasm-audio-decoders/common": [wasmAudioDecoders],
  "mpg123-decoder": [wasmAudioDecoders, new URL("licences/LGPL-2.1.txt", import.meta.url)],
  "opus-decoder": [wasmAudioDecoders, new URL("licences/libopus.txt", import.meta.url)],
  "onnxruntime-web": [new URL("licences/onnxruntime.txt", import.meta.url)],
};

/** Files of src that are made from a package, and its folder. */
const madeFrom: readonly (readonly [RegExp, string])[] = [
  [
    /[\\/]llama-vocabulary\.[jt]s$/,
    fileURLToPath(new URL("../node_modules/llama-tokenizer-js", import.meta.url)),
  ],
];

/** Codecs that are kept in src, with their licences. */
const codecFolder = /^.*[\\/]audio[\\/]formats[\\/]wasm(?=[\\/])/;

const introduction =
  "Golem (Apache-2.0) is bundled here with the packages below, each under its own licence. Their sources are at the addresses given.";

/** Notices of everything that its plugins saw bundled. */
export interface ThirdPartyNotices {
  /** For builds within the build (workers): notes what they bundle. Must end before the other's. */
  collect(): Plugin;
  /** Notes what is bundled and writes the file. */
  emit(): Plugin;
}

/** Starts an empty collection. */
export function createThirdPartyNotices(): ThirdPartyNotices {
  const folders = new Set<string>();
  const codecFolders = new Set<string>();
  const note = (bundle: Readonly<Record<string, { type: string; moduleIds?: readonly string[] }>>) => {
    for (const { moduleIds = [] } of Object.values(bundle)) {
      for (const id of moduleIds) {
        const folder = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0];
        const codecs = folder ? undefined : codecFolder.exec(id)?.[0];
        if (codecs) codecFolders.add(codecs);
        for (const [file, origin] of madeFrom) if (file.test(id)) folders.add(origin);
        if (folder && existsSync(join(folder, "package.json"))) folders.add(folder);
      }
    }
  };
  return {
    collect: () => ({
      name: "third-party-notices-collect",
      generateBundle(_, bundle) {
        note(bundle);
      },
    }),
    emit: () => ({
      name: "third-party-notices",
      generateBundle(_, bundle) {
        note(bundle);
        const codecs = [...codecFolders].map((folder) =>
          readFileSync(join(folder, "LICENSES.txt"), "utf8").trim(),
        );
        const notices = [...new Set([...folders].map(describePackage)), ...new Set(codecs)].sort();
        const source = `${[introduction, ...notices].join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
        this.emitFile({ type: "asset", fileName: "THIRD-PARTY-NOTICES.txt", source });
      },
    }),
  };
}

function describePackage(folder: string): string {
  const { name, version, license, author, homepage, repository } = JSON.parse(
    readFileSync(join(folder, "package.json"), "utf8"),
  );
  if (typeof license !== "string") throw new Error(`${name}: its package.json names no licence`);
  const texts = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|copying|notice)/i.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  for (const text of Object.hasOwn(missingTexts, name) ? missingTexts[name]! : []) {
    texts.push(readFileSync(text, "utf8").trim());
  }
  if (texts.length === 0) throw new Error(`${name}: it holds no licence text; add one to scripts/licences`);
  return [
    [`${name} ${version}`, `Licence: ${license}`],
    author ? [`Author: ${author.name ?? author}`] : [],
    [`Address: ${homepage ?? repository?.url ?? repository}`],
    Object.hasOwn(compiledIn, name) ? [`Contains: ${compiledIn[name]}`] : [],
    texts.map((text) => `\n${text}`),
  ]
    .flat()
    .join("\n");
}
