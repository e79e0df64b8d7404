/**
 * Compares the neural voice gate silero with the gate of detection on the streams of runs/detect.ts: what each
 * passes, what it costs, and what the golem behind it finds.
 *
 *   npx tsx runs/voice-gate.ts MODEL [FOLDER] [DRAWS] [SETS] [OUT]
 *
 * MODEL is the file silero_vad_v5.onnx or silero_vad_v6.onnx in the folder dist of the npm package
 * `@ricky0123/vad-web` (the networks are under the MIT licence), which is no dependency. FOLDER contains the
 * data sets and their draws (default ../shared/data). DRAWS and SETS select (default 2,3 and
 * wakewords,commands). Writes OUT.json and OUT.md (default runs/results/voice-gate).
 */
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { type GateResult, measureGates } from "./voice-gate/measure-gates.ts";
import { writeGateReport } from "./voice-gate/report.ts";
import { loadVoiceModel } from "./voice-gate/voice-gate.ts";

const model = resolve(process.argv[2] ?? "silero_vad_v5.onnx");
const folder = resolve(process.argv[3] ?? "../shared/data");
const draws = (process.argv[4] ?? "2,3").split(",").map(Number);
const sets = (process.argv[5] ?? "wakewords,commands").split(",");
const out = resolve(process.argv[6] ?? resolve(import.meta.dirname, "results/voice-gate"));

const getProbabilities = await loadVoiceModel(model);
const results: GateResult[] = [];
const file = {
  name: basename(model),
  bytes: statSync(model).size,
  compressed: gzipSync(readFileSync(model), { level: 9 }).length,
};
mkdirSync(dirname(out), { recursive: true });
for (const set of sets) {
  for (const draw of draws) {
    await measureGates({ folder, set, draw, getProbabilities }, (result) => results.push(result));
    console.error(set, draw);
    writeFileSync(`${out}.json`, `${JSON.stringify({ file, results }, round)}\n`);
    writeFileSync(`${out}.md`, writeGateReport(results, file));
  }
}

function round(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
