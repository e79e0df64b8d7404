/**
 * The embedding of 2 s of sound by moonshine-tiny: Golem beside what one would write in Python, the published file in
 * ONNX Runtime and the same network in PyTorch (eager), and a head of scikit-learn. Fresh processes in turn, one
 * thread each, processor time; embeddings are compared.
 *
 *   npx tsx bench/embedding.ts [ROUNDS]
 *
 * `PYTHON` (default python3) needs torch and scikit-learn (Debian: python3-torch, python3-sklearn), `PYTHON_ONNXRUNTIME`
 * (default PYTHON) the package onnxruntime; what is missing is left out. Writes bench/results/embedding.json and embedding.md.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openAudio } from "../src/audio/open-audio.ts";
import { getEncoderDefinition } from "../src/encoder/registry.ts";
import { loadDataset } from "../src/node/data/dataset-files.ts";
import { createFfmpegDecoder } from "../src/node/decode/ffmpeg-decoder.ts";
import { getWeightsFolder, loadWeights } from "../src/node/models/encoder-weights.ts";
import { createNodeOnnxRuntime } from "../src/node/models/onnx-runtime-node.ts";
import { addFloatProducts, getFloatWeight } from "../src/onnx/float-products.ts";
import { createAddedNodes, extractModel, readMainGraph } from "../src/onnx/graph-extract.ts";
import { createValueInfo } from "../src/onnx/proto.ts";

const rounds = Number(process.argv[2] ?? 5);
const python = process.env.PYTHON ?? "python3";
const file = "encoder_model.onnx";
const definition = getEncoderDefinition("moonshine-tiny");
const model = (await loadWeights(definition))[file]!;

/** Names of the weights in embedding.py, and of the tensors that hold them. */
function listWeights(): Record<string, string> {
  const weights: Record<string, string> = {
    ...{ conv1: "conv1.weight_add_tensor", norm: "onnx::Mul_1488", norm_bias: "onnx::Add_1489" },
    ...{ conv2: "conv2.weight_add_tensor", conv2_bias: "conv2.bias" },
    ...{ conv3: "conv3.weight_add_tensor", conv3_bias: "conv3.bias" },
    ...{ frequencies: "/rotary_emb/Cast_1_output_0", last_norm: "layer_norm.weight" },
  };
  for (let block = 0; block < 6; block++) {
    const product = (part: string) => getFloatWeight(`/layers.${block}/${part}/MatMul_output_0`);
    for (const part of ["q", "k", "v"]) weights[`${part}_${block}`] = product(`self_attn/${part}_proj`);
    weights[`dense_${block}`] = product("self_attn/dense");
    weights[`input_norm_${block}`] = `layers.${block}.input_layernorm.weight`;
    weights[`mlp_norm_${block}`] = `layers.${block}.post_attention_layernorm.weight`;
    for (const part of ["fc1", "fc2"]) {
      weights[`${part}_${block}`] = product(`mlp/${part}`);
      weights[`${part}_bias_${block}`] = `layers.${block}.mlp.${part}.bias`;
    }
  }
  return weights;
}

/**
 * Writes the published graph in floats, and its weights: ONNX Runtime computes them as outputs of a model without
 * inputs.
 */
async function writeWeights(folder: string): Promise<void> {
  const graph = readMainGraph(model);
  const added = createAddedNodes();
  addFloatProducts(graph, added);
  const [input, output] = ["input_values", "last_hidden_state"];
  const inFloats = extractModel(graph, {
    inputs: { [input]: createValueInfo(input, "float32", [1, "samples"]) },
    outputs: { [output]: createValueInfo(output, "float32", [1, "frames", 288]) },
    added: added.nodes,
  });
  writeFileSync(join(folder, "encoder_float.onnx"), inFloats);
  const names = listWeights();
  for (const [name, tensor] of Object.entries(names)) added.add("Identity", [tensor], [name]);
  const outputs = Object.fromEntries(
    Object.keys(names).map((name) => [name, createValueInfo(name, "float32")]),
  );
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(
    extractModel(graph, { inputs: {}, outputs, added: added.nodes }),
  );
  const results = await session.run({});
  const shapes: Record<string, readonly number[]> = {};
  const parts: Buffer[] = [];
  for (const name of Object.keys(names)) {
    const { data, dims } = results[name]!;
    shapes[name] = dims;
    parts.push(Buffer.from(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength)));
  }
  await session.release();
  writeFileSync(join(folder, "weights.json"), JSON.stringify(shapes));
  writeFileSync(join(folder, "weights.f32"), Buffer.concat(parts));
}

/** Writes clips of 2 s of demo/banking, cut, or repeated where they are shorter. */
async function writeClips(folder: string): Promise<void> {
  const parts: Buffer[] = [];
  for (const recording of (await loadDataset("demo/banking")).recordings.slice(0, 20)) {
    const source = await recording.open();
    const opened = await openAudio(source, { decoders: [createFfmpegDecoder()] });
    for await (const window of opened.windows()) {
      const clip = Float32Array.from({ length: 32_000 }, (_, i) => window[i % window.length]!);
      parts.push(Buffer.from(clip.buffer));
      break;
    }
    await source.close();
  }
  writeFileSync(join(folder, "clips.f32"), Buffer.concat(parts));
}

interface Measured {
  readonly milliseconds: number;
  readonly embedding: readonly number[];
}

const folder = mkdtempSync(join(tmpdir(), "golem-bench-embedding-"));
try {
  copyFileSync(join(getWeightsFolder(definition), file), join(folder, file));
  await writeWeights(folder);
  await writeClips(folder);
  const script = resolve("bench/embedding.py");
  const rows = [
    { id: "golem", name: "Golem", command: ["npx", "tsx", "bench/embedding-golem.ts", folder] },
    {
      ...{ id: "onnxruntime", name: "ONNX Runtime in Python, the published int8 file" },
      command: [process.env.PYTHON_ONNXRUNTIME ?? python, script, "onnxruntime", folder],
    },
    {
      ...{ id: "floats", name: "ONNX Runtime in Python, its products in float32" },
      command: [process.env.PYTHON_ONNXRUNTIME ?? python, script, "floats", folder],
    },
    {
      ...{ id: "torch", name: "PyTorch, eager, the same weights in float32" },
      command: [python, script, "torch", folder],
    },
    {
      ...{ id: "head", name: "scikit-learn: scaler and logistic regression, one prediction" },
      command: [python, script, "head", folder],
    },
  ];
  const measured = new Map<string, Measured[]>(rows.map(({ id }) => [id, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { id, command } of rows) {
      const [program = "", ...rest] = command;
      try {
        const output = execFileSync(program, rest, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
        measured.get(id)!.push(JSON.parse(output) as Measured);
      } catch {
        console.error(`${id} was not measured: ${command.join(" ")} failed.`);
      }
    }
  }
  const getMedian = (id: string): number =>
    measured
      .get(id)!
      .map(({ milliseconds }) => milliseconds)
      .sort((a, b) => a - b)[measured.get(id)!.length >> 1] ?? Number.NaN;
  const golem = measured.get("golem")![0]!.embedding;
  /** Norm of the difference from Golem's embedding, relative to its norm. */
  const getDistance = (id: string): number => {
    const other = measured.get(id)![0]?.embedding ?? [];
    return Math.hypot(...golem.map((value, i) => value - other[i]!)) / Math.hypot(...golem);
  };
  const format = (value: number, digits: number) =>
    Number.isNaN(value) ? "not measured" : value.toFixed(digits);
  const lines = rows.map(({ id, name }) => {
    const distance = id === "head" ? "" : getDistance(id).toExponential(0);
    return `| ${name} | ${format(getMedian(id), 2)} | ${format(getMedian(id) / getMedian("golem"), 2)} | ${distance} |`;
  });
  const text = [
    `# The same embedding in Python`,
    "",
    `Processor milliseconds for 2 s of sound by moonshine-tiny, warm, one thread; medians of ${rounds} fresh processes in turn. *Distance*: of the`,
    "mean of the last layer from Golem's, relative. Golem computes seven layers with mean and deviation, the others the mean of the last.",
    `Made by \`npx tsx bench/embedding.ts\`: Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${new Date().toISOString().slice(0, 10)}.`,
    "",
    "| | ms | ratio | distance |",
    "|---|---:|---:|---:|",
    ...lines,
    "",
  ].join("\n");
  writeFileSync("bench/results/embedding.md", text);
  writeFileSync("bench/results/embedding.json", `${JSON.stringify(Object.fromEntries(measured))}\n`);
  console.log(text);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
