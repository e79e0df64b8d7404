/** The input of a microphone, as a file: recordings said one after the other. */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openAudio } from "../../../src/audio/open-audio.ts";
import { encodeWav } from "../../../src/audio/wav-writer.ts";
import { joinFloats } from "../../../src/core/join-arrays.ts";
import { openFileSource } from "../../../src/node/disk/file-source.ts";

const rate = 16_000;
const pauseSeconds = 0.7;

/** Writes the input of a microphone when the recordings of a folder are played one after the other, as loud as each other. */
export async function writeSpeech(file: string, folder: string, count: number): Promise<void> {
  const names = (await readdir(folder)).sort().slice(0, count);
  await writeSounds(
    file,
    names.map((name) => join(folder, name)),
  );
}

/** The same of recordings from anywhere. */
export async function writeSounds(file: string, paths: readonly string[]): Promise<void> {
  const parts = [new Float32Array(rate)];
  for (const path of paths) {
    const source = await openFileSource(path);
    try {
      const opened = await openAudio(source, { sampleRate: rate });
      for await (const samples of opened.windows()) {
        parts.push(samples.map((value) => (0.4 * value) / opened.facts.peak));
      }
    } finally {
      await source.close();
    }
    parts.push(new Float32Array(pauseSeconds * rate));
  }
  const samples = joinFloats(parts);
  // Not even a quiet room is silent.
  for (let i = 0; i < samples.length; i++) samples[i]! += 3e-4 * Math.sin(i * i * 0.37);
  await writeFile(file, encodeWav(samples, rate, "pcm16"));
}
