/**
 * The example script of an ONNX export: predictions for 16 kHz WAV files, using only onnxruntime-node. It
 * trims silence as the golem does.
 *
 * The parameters of trimming are those of audio/trim.ts. ONNX Runtime for JavaScript gives no access to a
 * file's metadata, so labels and threshold are written into the script.
 */
import { trimParameters } from "../audio/trim.ts";
import { unknownLabels } from "../embed/embedded-recording.ts";
import type { GolemDocument } from "../golem/golem-document.ts";

/** The name of the example script of an ONNX file. */
export const getOnnxExampleName = (file: string): string => `${file.replace(/\.onnx$/, "")}.example.mjs`;

/** Writes the script for the ONNX file of this name in the same folder. */
export function writeOnnxExample(file: string, { audio, labels, familiarity }: GolemDocument): string {
  const p = trimParameters;
  const { sampleRate } = audio;
  const hop = Math.max(1, Math.round(sampleRate * p.frameSeconds));
  return `// node ${JSON.stringify(getOnnxExampleName(file))} RECORDING.wav ...   prints one JSON line per recording, with an error if it failed; needs only onnxruntime-node.
// WAV: ${sampleRate} Hz, mono, 16 bit. To convert any file: ffmpeg -i IN -ac 1 -ar ${sampleRate} -c:a
// pcm_s16le OUT.wav
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-node";

const labels = ${JSON.stringify(labels)};
const unknownLabels = ${JSON.stringify(labels.filter((label) => unknownLabels.includes(label)))};
const threshold = ${familiarity ? familiarity.threshold : "-Infinity"}; // a lower familiarity means unlike all classes
// Makes products of int8 weights exact on every processor.
const options = { extra: { session: { x64quantprecision: "1" } } };
const session = await ort.InferenceSession.create(fileURLToPath(new URL(${JSON.stringify(encodeURIComponent(file))}, import.meta.url)), options);

for (const path of process.argv.slice(2)) {
  try {
    console.log(JSON.stringify({ file: path, ...(await predict(${audio.trim ? "trim(readWav(path))" : "readWav(path)"})) }));
  } catch ({ message }) {
    console.log(JSON.stringify({ file: path, error: message }));
    process.exitCode = 1;
  }
}

async function predict(sound) {
  // Long recordings are split into windows of equal length. Averaging their predictions is close to
  // the golem, which averages embeddings.
  const windows = Math.max(1, Math.ceil(sound.length / (${audio.windowSeconds} * ${sampleRate})));
  const scores = labels.map(() => 0);
  let familiarity = 0;
  for (let w = 0; w < windows; w++) {
    const part = sound.slice(Math.round((w * sound.length) / windows), Math.round(((w + 1) * sound.length) / windows));
    const out = await session.run({ samples: new ort.Tensor("float32", part, [1, part.length]) });
    out.probabilities.data.forEach((share, k) => { scores[k] += share / windows; });
    familiarity += (out.familiarity?.data[0] ?? 0) / windows;
  }
  const label = labels[scores.indexOf(Math.max(...scores))];
  const unknown = familiarity < threshold || unknownLabels.includes(label);
  return { label, unknown, scores: Object.fromEntries(labels.map((name, k) => [name, scores[k]])) };
}

function readWav(path) {
  const bytes = readFileSync(path);
  let at = 12, format = "", data;
  while (at + 8 <= bytes.length && !data) {
    const [id, size, body] = [bytes.toString("latin1", at, at + 4), bytes.readUInt32LE(at + 4), at + 8];
    if (id === "fmt " && body + 16 <= bytes.length) format = [0, 2, 4, 14].map((i) => (i === 4 ? bytes.readUInt32LE(body + 4) : bytes.readUInt16LE(body + i))).join();
    if (id === "data") data = bytes.subarray(body, body + size);
    at = body + size + (size % 2);
  }
  if (!data || format !== "1,1,${sampleRate},16") throw new Error("This is not a WAV file of ${sampleRate} Hz, mono, 16 bit.");
  const samples = data.length >> 1;
  if (samples < ${Math.ceil(p.minimumSeconds * sampleRate)}) throw new Error(\`The file has \${samples} samples; expected at least ${Math.ceil(p.minimumSeconds * sampleRate)} (${1000 * p.minimumSeconds} ms).\`);
  return Float32Array.from({ length: data.length >> 1 }, (_, i) => data.readInt16LE(2 * i) / 32768);
}

/** Trims to the part with sound, with a margin of ${p.marginSeconds} s on both sides. */
function trim(samples) {
  const levels = []; // mean power of each ${1000 * p.frameSeconds} ms, high-pass filtered at ${p.highPassHz} Hz
  for (let i = 0, sum = 0, high = 0; i < samples.length; i++) {
    high = ${Math.exp((-2 * Math.PI * p.highPassHz) / sampleRate)} * (high + samples[i] - samples[Math.max(i - 1, 0)]);
    sum += high * high;
    if ((i + 1) % ${hop} && i + 1 < samples.length) continue;
    levels.push(sum / ((i % ${hop}) + 1));
    sum = 0;
  }
  const sorted = levels.toSorted((a, b) => a - b), decibels = (power) => 10 * Math.log10(power);
  const loudest = sorted.slice(-${p.loudFrames}), loud = decibels(loudest.reduce((a, b) => a + b, 0) / loudest.length);
  if (decibels(sorted.at(-1)) < ${p.silentDb}) throw new Error("The file is silent; expected sound.");
  const floor = decibels(sorted[Math.floor((sorted.length - 1) * ${p.floorQuantile})]);
  const open = Math.min(loud - ${p.openAtMostDb}, Math.max(loud - ${p.openBelowLoudDb}, floor + ${p.openAboveFloorDb}));
  const isOver = (power, level) => power >= 10 ** (level / 10);
  let first = levels.findIndex((power) => isOver(power, open)), last = levels.findLastIndex((power) => isOver(power, open)) + 1;
  while (first > 0 && isOver(levels[first - 1], open - ${p.hysteresisDb})) first--;
  while (last < levels.length && isOver(levels[last], open - ${p.hysteresisDb})) last++;
  const margin = ${Math.round(p.marginSeconds / p.frameSeconds)};
  return samples.slice(Math.max(0, first - margin) * ${hop}, (last + margin) * ${hop});
}
`;
}
