/**
 * Measures the error rates of the speech check: speech that is rejected, and other sounds whose transcript is
 * accepted.
 *
 *     npx tsx runs/speech-check.ts [DATA]      (DATA is ../shared/data unless given)
 *
 * Writes runs/results/speech-check.md and speech-check.json. The banking requests and the noises are made by
 * programs; the noises differ from those with which the check was developed.
 */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { encodeWav } from "../src/audio/wav-writer.ts";
import { createMemorySource } from "../src/core/byte-source.ts";
import { embedSource } from "../src/embed/embed-source.ts";
import { isSpeech } from "../src/encoder/speech-check.ts";
import { loadEncoderSet } from "../src/node/models/load-encoder-set.ts";
import { resolveEncoderSet } from "../src/node/models/resolve-encoder-set.ts";
import { openMaterial } from "./doctor/material.ts";
import { createNoises } from "./scoreboard/noises.ts";

const data = resolve(process.argv[2] ?? fileURLToPath(new URL("../../shared/data", import.meta.url)));
const banking = fileURLToPath(new URL("../demo/banking", import.meta.url));

/** Transcripts of one set that pass the check. */
interface SpeechCount {
  readonly set: string;
  readonly isOfSpeech: boolean;
  readonly recordings: number;
  readonly passed: number;
  /** Some transcripts that were judged wrongly. */
  readonly examples: readonly string[];
}

function count(
  set: string,
  isOfSpeech: boolean,
  transcripts: readonly { text?: string; logprob?: number }[],
): SpeechCount {
  const judged = transcripts.map(({ text = "", logprob }) => ({ text, passes: isSpeech({ text, logprob }) }));
  const wrong = judged.filter(({ passes }) => passes !== isOfSpeech).map(({ text }) => text);
  return {
    ...{ set, isOfSpeech, recordings: judged.length },
    passed: judged.filter(({ passes }) => passes).length,
    examples: [...new Set(wrong)].slice(0, 6),
  };
}

const material = await openMaterial(data);
const results: SpeechCount[] = [];
for (const set of ["drinks", "commands", "digits", "wakewords", "esc10"])
  results.push(count(set, set !== "esc10", await material.hear(await material.load(set))));
results.push(count("banking (synthetic)", true, await material.hear(await material.load(banking))));
await material.close();

const encoderSet = await loadEncoderSet(await resolveEncoderSet({}), {});
const noises = [];
for (const [i, { samples }] of createNoises(20).entries()) {
  const source = createMemorySource(encodeWav(samples, 16_000, "float32"), `noise ${i}.wav`);
  const { transcript } = await embedSource(source, encoderSet);
  if (transcript) noises.push(transcript);
}
results.push(count("noises", false, noises));

const percent = (part: number, whole: number): string =>
  `${((100 * part) / whole).toFixed(1)} % (${part} of ${whole})`;
const rows = results.map(({ set, isOfSpeech, recordings, passed, examples }) => {
  const wrong = isOfSpeech ? recordings - passed : passed;
  const shown = examples.map((text) => `\`${text.slice(0, 60).replaceAll("|", "")}\``).join(", ");
  return `| ${set} | ${isOfSpeech ? "speech" : "other sounds"} | ${percent(wrong, recordings)} | ${shown} |`;
});
const page = `# Transcripts that pass for speech

A speech recogniser writes text for any sound. Text that fails the check (src/encoder/speech-check.ts) is not shown and does not count. Made by runs/speech-check.ts.

The limits were set with drum strokes, synthetic sentences and noises, and while looking at these sets; expect somewhat more errors elsewhere.

| set | what it is | judged wrongly | some of these transcripts |
| --- | --- | --- | --- |
${rows.join("\n")}

Speech that fails was mostly not understood: its text has little to do with what was said.
`;
const target = (name: string): string => fileURLToPath(new URL(`results/${name}`, import.meta.url));
await writeFile(target("speech-check.json"), `${JSON.stringify(results, undefined, 1)}\n`);
await writeFile(target("speech-check.md"), page);
