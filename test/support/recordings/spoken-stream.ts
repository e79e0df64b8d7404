/**
 * A golem of three sentences, and a long recording of others put together from the synthetic ones that the repository carries, with the truth about it.
 */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { openAudio } from "../../../src/audio/open-audio.ts";
import { createRandom } from "../../../src/core/random.ts";
import { openFileSource } from "../../../src/node/disk/file-source.ts";
import { createWav } from "../audio-files.ts";
import { runGolem } from "../command-line.ts";
import { getSharedFolder } from "../shared-folder.ts";

const banking = resolve(import.meta.dirname, "../../../demo/banking");
const labels = ["abroad", "balance", "freeze"];
/** Of each class's ten test recordings those that are in the stream, each by another voice; the golem learns the rest. */
const inserted = [0, 2, 4];

/** Rate of the stream, in Hz. */
export const streamRate = 16_000;

/** One sentence of the stream; times in seconds. */
interface SpokenSentence {
  readonly start: number;
  readonly end: number;
  readonly label: string;
  /** The recording that it is. */
  readonly file: string;
}

/** What there is to test with. */
export interface SpokenStream {
  readonly folder: string;
  readonly golem: string;
  /** The stream as a WAV file. */
  readonly long: string;
  readonly samples: Float32Array;
  readonly truth: readonly SpokenSentence[];
  dispose(): void;
}

/** Writes the stream into a scratch folder; the golem is trained once in a run. */
export async function createSpokenStream(): Promise<SpokenStream> {
  const folder = mkdtempSync(join(tmpdir(), "golem-detect-"));
  const recordings = (split: string, label: string) =>
    readdirSync(join(banking, split, label))
      .sort()
      .map((name) => join(banking, split, label, name));
  const shared = await getSharedFolder("three-sentences", async (place) => {
    for (const label of labels) {
      const others = recordings("test", label).filter((_, i) => !inserted.includes(i));
      for (const [i, file] of [...recordings("train", label), ...others].entries()) {
        cpSync(file, join(place, "data", label, `${i}.ogg`));
      }
    }
    const args = [
      "train",
      join(place, "data"),
      "--out",
      join(place, "golem"),
      "--augment",
      "none",
      "--quiet",
    ];
    const { exitCode, stderr } = await runGolem(args);
    if (exitCode !== 0) throw new Error(stderr);
  });
  const golem = join(shared, "golem");
  const random = createRandom(5);
  const createPause = (seconds: number) =>
    Float32Array.from({ length: seconds * streamRate }, () => 0.0005 * random.normal());
  const parts: Float32Array[] = [createPause(2)];
  const truth: SpokenSentence[] = [];
  let at = parts[0]!.length;
  for (const name of inserted) {
    for (const label of labels) {
      const file = recordings("test", label)[name]!;
      const clip = await readClip(file);
      const pause = createPause(2.5);
      truth.push({ start: at / streamRate, end: (at + clip.length) / streamRate, label, file });
      parts.push(clip, pause);
      at += clip.length + pause.length;
    }
  }
  const samples = new Float32Array(at);
  let filled = 0;
  for (const part of parts) {
    samples.set(part, filled);
    filled += part.length;
  }
  const long = join(folder, "long.wav");
  writeFileSync(long, createWav([samples], streamRate));
  return {
    ...{ folder, golem, long, samples, truth },
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** 16-bit samples, little-endian. */
export const toPcm = (samples: Float32Array): Uint8Array =>
  new Uint8Array(Int16Array.from(samples, (value) => Math.round(value * 32_767)).buffer);

async function readClip(path: string): Promise<Float32Array> {
  const source = await openFileSource(path);
  try {
    const opened = await openAudio(source, { trim: false });
    for await (const window of opened.windows()) return window;
    throw new Error(`${path} is empty`);
  } finally {
    await source.close();
  }
}
