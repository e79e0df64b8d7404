/** A package on an npm registry of the tests: its files, and the settings to fetch it with. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { expect, onTestFinished, vi } from "vitest";
import type { EncoderDefinition } from "../../../src/encoder/registry.ts";
import type { CacheFolder } from "../../../src/node/disk/cache-folder.ts";
import { getWeightsFolder } from "../../../src/node/models/encoder-weights.ts";
import type { PackageSource } from "../../../src/node/models/package-files.ts";
import { createScratchFolder } from "../scratch-folder.ts";
import { packTarball, type Registry, startRegistry, type TarEntry } from "./npm-registry.ts";

export const model = new Uint8Array(300_000).map((_, i) => (i * 7919) >> 3);
export const mel = Buffer.from("a mel filter bank");
const packageJson = (marker: string) =>
  JSON.stringify({
    name: "@golem-test/package",
    version: "1.0.0",
    scripts: Object.fromEntries(
      ["preinstall", "install", "postinstall", "prepare", "prepack", "postpack"].map((script) => [
        script,
        `node -e "require('node:fs').writeFileSync('${marker}', 'ran')"`,
      ]),
    ),
  });

export const good = (marker = "ran"): TarEntry[] => [
  { path: "package/package.json", content: packageJson(marker) },
  { path: "package/models/model.onnx", content: model },
  { path: "package/models/mel.onnx", content: mel },
  { path: "package/index.js", content: "throw new Error('nobody should run this')" },
];

function createSource(): PackageSource & { downloadBytes: number } {
  const describeFile = (name: string, bytes: Uint8Array) => ({
    name,
    path: `package/models/${name}`,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.length,
  });
  return {
    npmPackage: "@golem-test/package@1.0.0",
    downloadBytes: packTarball(good()).length,
    files: [describeFile("model.onnx", model), describeFile("mel.onnx", mel)],
  };
}

export const source = createSource();

/** Points the npm client at a registry, by environment as a user would; retries are quick. */
export function useRegistry(url: string): void {
  vi.stubEnv("npm_config_registry", url);
  vi.stubEnv("npm_config_@golem-test:registry", url);
  vi.stubEnv("npm_config_fetch_retry_mintimeout", "10");
  vi.stubEnv("npm_config_fetch_retry_maxtimeout", "20");
  for (const proxy of ["HTTP_PROXY", "http_proxy", "npm_config_proxy"]) vi.stubEnv(proxy, undefined);
  vi.stubEnv("NO_PROXY", "127.0.0.1");
  onTestFinished(() => void vi.unstubAllEnvs());
}

export async function prepare(entries: readonly TarEntry[] = good()): Promise<{
  registry: Registry;
  folder: string;
  cache: CacheFolder;
  definition: EncoderDefinition;
}> {
  const registry = await startRegistry("@golem-test/package", packTarball(entries));
  useRegistry(registry.url);
  const root = join(await createScratchFolder(), "кэш with spaces");
  const cache: CacheFolder = {
    root,
    encoders: join(root, "encoders"),
    embeddings: join(root, "embeddings"),
    datasets: join(root, "datasets"),
  };
  const definition: EncoderDefinition = {
    info: {
      ...{ id: "made-up", revision: "1", sha256: {}, sampleRate: 16_000, layers: 1, dimensions: 1 },
      ...{ precision: "fp32", recipe: "none" },
    },
    description: "made up",
    licence: "MIT",
    weights: source,
    create: () => Promise.reject(new Error("not asked for")),
  };
  return { registry, folder: getWeightsFolder(definition, cache), cache, definition };
}

export const rejection = (
  promise: Promise<unknown>,
): Promise<{ code: string; message: string; hint: string }> =>
  promise.then(
    () => expect.unreachable("it resolved"),
    (error) => error,
  );
