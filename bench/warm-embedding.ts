/**
 * Times the warm embedding of a 2 s recording with moonshine-tiny in this process: with and without decoding
 * the file. Prints one JSON document with times in milliseconds (medians of 60 runs after 10 to warm up).
 *
 *   npx tsx bench/warm-embedding.ts RECORDING.wav
 */
import { availableParallelism } from "node:os";
import { openAudio } from "../src/audio/open-audio.ts";
import { embedFile } from "../src/node/decode/embed-file.ts";
import { openFileSource } from "../src/node/disk/file-source.ts";
import { loadEncoder } from "../src/node/models/load-encoder.ts";

const file = process.argv[2]!;
const encoder = await loadEncoder("moonshine-tiny", { threads: Math.min(4, availableParallelism()) });
const source = await openFileSource(file);
const windows: Float32Array[] = [];
for await (const window of (await openAudio(source)).windows()) windows.push(window);
await source.close();

async function measure(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < 70; i++) {
    const start = performance.now();
    await work();
    if (i >= 10) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[30]!;
}

const encode = await measure(() => encoder.encode(windows[0]!));
const embed = await measure(() => embedFile(file, "recording", { encoders: [encoder] }));
console.log(JSON.stringify({ seconds: windows[0]!.length / 16_000, encode, embed }));
