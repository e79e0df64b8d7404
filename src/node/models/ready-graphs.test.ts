/** Cached graphs: bit-equal outputs, no weights read, damaged ones replaced. */
import { spawnSync } from "node:child_process";
import { cp, mkdtemp, open, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import { getEncoderDefinition, getTranscriberDefinition } from "../../encoder/registry.ts";
import type { OnnxRuntime } from "../../onnx/runtime.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { getReadyFolder, getWeightsFolder, openWeights, pullWeights } from "./encoder-weights.ts";
import { createNodeOnnxRuntime } from "./onnx-runtime-node.ts";
import { openReadyGraphs, type ReadyGraphs } from "./ready-graphs.ts";

const random = createRandom(3);
const samples = Float32Array.from({ length: 24_000 }, (_, i) => 0.1 * random.normal() * Math.sin(i / 3_000));
let home: string;

/** All numbers of the default encoders and the transcriber; `read` counts the weight files that are read. */
async function embed(runtimeOf: (id: string) => OnnxRuntime, folder = home) {
  const cache = getCacheFolder({ GOLEM_HOME: folder });
  let read = 0;
  const open = (definition: Parameters<typeof openWeights>[0]) => {
    const weights = openWeights(definition, { cache });
    return (name: string) => {
      read++;
      return weights(name);
    };
  };
  const numbers: Float32Array[] = [];
  const google = getEncoderDefinition("google-speech-embedding");
  const speech = await google.create(runtimeOf(google.info.id), open(google));
  numbers.push((await speech.encode(samples)).vector);
  await speech.dispose();
  const moonshine = getEncoderDefinition("moonshine-tiny");
  const encoder = await moonshine.create(runtimeOf(moonshine.info.id), open(moonshine));
  const pooled = await encoder.encode(samples, { keepFrames: true });
  const decoder = getTranscriberDefinition("moonshine-tiny")!;
  const transcriber = await decoder.create(runtimeOf(moonshine.info.id), open(decoder), encoder);
  const { text, logprob, vectors } = await transcriber.transcribePooled(pooled);
  numbers.push(pooled.vector, pooled.lastLayer!, Float32Array.of(logprob), ...vectors);
  await transcriber.dispose();
  await encoder.dispose();
  return { numbers: numbers.map((part) => Buffer.from(part.slice().buffer)), text, read };
}

const getFolder = (id: string) =>
  getReadyFolder(getEncoderDefinition(id), getCacheFolder({ GOLEM_HOME: home }));
const keeping = (id: string) => createNodeOnnxRuntime({ threads: 1, readyFolder: getFolder(id) });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "golem-ready-"));
  const cache = getCacheFolder({ GOLEM_HOME: home });
  for (const id of ["google-speech-embedding", "moonshine-tiny"]) {
    const definition = getEncoderDefinition(id);
    await pullWeights(definition);
    for (const { name } of [...definition.weights!.files, ...(definition.weights!.alongside ?? [])]) {
      await cp(join(getWeightsFolder(definition), name), join(getWeightsFolder(definition, cache), name));
    }
  }
});
afterAll(() => rm(home, { recursive: true, force: true }));

describe("kept graphs", () => {
  it("give the same bits, and need no weights after they are cached", async () => {
    const plain = await embed(() => createNodeOnnxRuntime({ threads: 1 }));
    const writing = await embed(keeping);
    const kept = await embed(keeping);
    expect([plain.read, writing.read, kept.read]).toEqual([4, 4, 0]);
    expect(writing).toEqual(plain);
    expect(kept.numbers).toEqual(plain.numbers);
    expect(kept.text).toBe(plain.text);
    const names = (await readdir(getFolder("moonshine-tiny"))).map((name) => name.split("-")[0]);
    // Each graph has its recorded SHA-256: others would not have been cached.
    expect(names.sort()).toEqual(["attended", "encoder", "step"]);
    expect((await readdir(getFolder("google-speech-embedding"))).length).toBe(2);
  });

  it.each(["graph.onnx", "weights.bin", "checks.json"])(
    "are written again if %s is damaged",
    async (file) => {
      const before = await embed(keeping);
      const [place] = (await readdir(getFolder("moonshine-tiny"))).filter((name) => name.startsWith("step"));
      const path = join(getFolder("moonshine-tiny"), place!, file);
      const handle = await open(path, "r+");
      const { size } = await handle.stat();
      await handle.write(Buffer.from([0x5a, 0xa5]), 0, 2, Math.floor(size / 2));
      await handle.close();
      const repaired = await embed(keeping);
      expect([before.read, repaired.read]).toEqual([0, 1]);
      expect(repaired.numbers).toEqual(before.numbers);
      expect((await embed(keeping)).read).toBe(0);
    },
  );

  it("are not cached if the folder cannot be written", async () => {
    const blocked = join(home, "a file");
    await writeFile(blocked, "");
    const runtime = createNodeOnnxRuntime({ threads: 1, readyFolder: join(blocked, "ready") });
    const found = await embed(() => runtime);
    expect(found.numbers).toEqual((await embed(keeping)).numbers);
  });
});

it("are not cached if they do not match their description", async () => {
  const folder = join(home, "other");
  const runtime = createNodeOnnxRuntime({ threads: 1, readyFolder: folder });
  const definition = getEncoderDefinition("google-speech-embedding");
  const read = openWeights(definition);
  const build = () => read("embedding_model.onnx");
  const session = await runtime.createSession({ name: "network", sha256: "0".repeat(64), build });
  await session.release();
  await expect(readdir(folder)).rejects.toMatchObject({ code: "ENOENT" });
});

describe("a folder of graphs", () => {
  const one = { name: "network", sha256: "1".repeat(64), build: async () => new Uint8Array() };
  const other = { ...one, sha256: "2".repeat(64) };
  async function fill(): Promise<{ graphs: ReadyGraphs; path: (model: typeof one) => Promise<string> }> {
    const graphs = openReadyGraphs(await mkdtemp(join(home, "graphs-")), "machine");
    for (const model of [one, other]) {
      await graphs.keep(model, async (path) => {
        await writeFile(path, `graph of ${model.sha256}`);
        await writeFile(join(dirname(path), "weights.bin"), "weights");
      });
    }
    const path = async (model: typeof one) => (await graphs.find(model))!;
    return { graphs, path };
  }

  it("does not use the graph of one model for another", async () => {
    const { graphs, path } = await fill();
    const [place, stranger] = [dirname(await path(one)), dirname(await path(other))];
    await rm(place, { recursive: true });
    await cp(stranger, place, { recursive: true });
    expect(await graphs.find(one)).toBeUndefined();
    expect(await graphs.find(other)).toBeDefined();
  });

  it.skipIf(process.platform === "win32")("neither waits for a pipe nor reads a device", async () => {
    for (const name of ["graph.onnx", "weights.bin", "checks.json"]) {
      for (const create of [
        (file: string) => void spawnSync("mkfifo", [file]),
        (file: string) => symlink("/dev/zero", file),
      ]) {
        const { graphs, path } = await fill();
        const file = join(dirname(await path(one)), name);
        await rm(file);
        await create(file);
        expect(await graphs.find(one)).toBeUndefined();
      }
    }
  });
});
