/**
 * Compares the speed of a pretrained model's graph with that of the plain export of the same network, all
 * variants in turn in one process.
 *
 *   npx tsx bench/pretrained.ts --model FOLDER [--plain PLAIN.onnx] [--rounds N] [--threads N] [--cache FOLDER]
 *
 * FOLDER: a checkpoint of wav2vec2-base (random weights will do). PLAIN.onnx: made by bench/pretrained.py.
 * Also reports the peak rate of the machine's matrix products in float32 and int8, and the share of it that
 * each variant reaches. Prints one JSON document.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { getCacheFolder } from "../src/node/disk/cache-folder.ts";
import { preparePretrained } from "../src/node/models/load-pretrained.ts";
import { createNodeOnnxRuntime } from "../src/node/models/onnx-runtime-node.ts";
import { createGraphWriter } from "../src/onnx/graph-writer.ts";
import type { OnnxSession } from "../src/onnx/runtime.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string" },
    plain: { type: "string" },
    rounds: { type: "string", default: "7" },
    threads: { type: "string", default: "2" },
    seconds: { type: "string", default: "2,6,15" },
    cache: { type: "string" },
  },
});
if (!values.model) throw new Error("Say where the checkpoint is: --model FOLDER");
const rounds = Number(values.rounds);
const runtime = createNodeOnnxRuntime({ threads: Number(values.threads) });
const cache = getCacheFolder(values.cache ? { GOLEM_HOME: values.cache } : process.env);

/** Floating-point operations of wav2vec2-base per second of audio: all convolutions, and each block. */
const operations = { front: 5.4e9, block: 0.7e9 };

interface Variant {
  readonly name: string;
  readonly precision: "fp32" | "int8";
  readonly blocks: number;
  readonly session: OnnxSession;
  readonly prepareMilliseconds: number;
  readonly loadMilliseconds: number;
}

const clock = async <T>(work: () => Promise<T>): Promise<[T, number]> => {
  const start = performance.now();
  return [await work(), performance.now() - start];
};

async function openOurs(name: string, precision: "fp32" | "int8", throughLayer?: number): Promise<Variant> {
  const [prepared, prepareMilliseconds] = await clock(() =>
    preparePretrained({ folder: values.model! }, { precision, throughLayer, cache }),
  );
  const [session, loadMilliseconds] = await clock(() => runtime.createSession({ path: prepared.path }));
  return {
    name,
    precision,
    blocks: prepared.info.layers - 1,
    session,
    prepareMilliseconds,
    loadMilliseconds,
  };
}

/** One product of [m, k] and [k, n] as a model; int8: uint8 activations, int8 weights. */
async function openProduct(
  precision: "fp32" | "int8",
  m: number,
  k: number,
  n: number,
): Promise<OnnxSession> {
  const chunks: Uint8Array[] = [];
  const graph = createGraphWriter((bytes) => void chunks.push(bytes.slice()));
  graph.addInput("x", "float32", [1]);
  const shape = graph.addConstant([m, k]);
  if (precision === "fp32") {
    const weights = await graph.addTensor("w", [k, n], new Float32Array(k * n).fill(0.01));
    const x = graph.addNode("Expand", ["x", shape]);
    graph.addNode("ReduceMax", [graph.addNode("MatMul", [x, weights])], { outputs: ["y"] });
  } else {
    const weights = await graph.addTensor("w", [k, n], new Int8Array(k * n).fill(3));
    const scales = await graph.addTensor("s", [n], new Float32Array(n).fill(0.01));
    const [q, s, z] = ["q", "qs", "qz"];
    graph.addNode("DynamicQuantizeLinear", ["x"], { outputs: [q, s, z] });
    const x = graph.addNode("Expand", [q, shape]);
    const product = graph.addNode("MatMulIntegerToFloat", [x, weights, s, scales, z], {
      domain: "com.microsoft",
    });
    graph.addNode("ReduceMax", [product], { outputs: ["y"] });
  }
  graph.addOutput("y", "float32", ["a", "b"]);
  await graph.finish();
  return runtime.createSession(new Uint8Array(Buffer.concat(chunks)));
}

/** Measures the best rate of a large product, in operations per second, including the small overhead. */
async function measurePeak(precision: "fp32" | "int8"): Promise<number> {
  const [m, k, n] = [1200, 1536, 1024];
  const session = await openProduct(precision, m, k, n);
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 30; i++) {
    const [, time] = await clock(() => session.run({ x: { dims: [1], data: Float32Array.of(0.7) } }));
    best = Math.min(best, time);
  }
  await session.release();
  return (2 * m * k * n) / best / 1e-3;
}

const median = (list: readonly number[]) => [...list].sort((a, b) => a - b)[list.length >> 1]!;
const variants: Variant[] = [];
if (values.plain) {
  const [session, load] = await clock(() => runtime.createSession({ path: values.plain! }));
  variants.push({
    name: "plain fp32",
    precision: "fp32",
    blocks: 12,
    session,
    prepareMilliseconds: 0,
    loadMilliseconds: load,
  });
}
variants.push(await openOurs("fp32", "fp32"));
variants.push(await openOurs("int8", "int8"));
variants.push(await openOurs("int8 to layer 8", "int8", 8));

const peak = { fp32: await measurePeak("fp32"), int8: await measurePeak("int8") };
const results = [];
for (const seconds of values.seconds.split(",").map(Number)) {
  const data = Float32Array.from(
    { length: 16_000 * seconds },
    (_, i) => Math.sin(i * i * 1e-6) + 0.1 * Math.sin(i * 7),
  );
  const times = new Map<string, number[]>(variants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const { name, session } of round % 2 ? variants : variants.toReversed()) {
      // The threads of the previous session spin for a moment, and would use a core that this one needs.
      await new Promise((resolve) => setTimeout(resolve, 150));
      const [, time] = await clock(() => session.run({ input_values: { dims: [1, data.length], data } }));
      if (round > 0) times.get(name)!.push(time);
    }
  }
  for (const { name, precision, blocks } of variants) {
    const list = times.get(name)!;
    const rate = (seconds * (operations.front + blocks * operations.block)) / (median(list) * 1e-3);
    results.push({
      ...{ seconds, name, median: median(list), best: Math.min(...list) },
      ...{ shareOfPeak: rate / peak[precision], raw: list.map((time) => Math.round(10 * time) / 10) },
    });
  }
}
const loading = variants.map(({ session: _, ...variant }) => variant);
for (const { session } of variants) await session.release();
process.stdout.write(
  `${JSON.stringify({ cpu: cpus()[0]?.model, threads: Number(values.threads), peak, loading, results }, null, 1)}\n`,
);
