/** A server on a real port with small real golems, for tests. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Writable } from "node:stream";
import { train } from "../../src/node/train.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/server/start-server.ts";
import { createTone, createWav } from "./audio-files.ts";

/** A server and what it wrote to its log. */
export interface Served {
  readonly server: RunningServer;
  readonly url: string;
  /** Lines of the log so far, parsed. */
  getLog(): Record<string, unknown>[];
  fetch(path: string, init?: RequestInit): Promise<Response>;
}

/** Golems that tell low tones from high ones, and recordings of both. */
export interface ToneGolems {
  /** Folder of the golem `tones`; low, high. */
  readonly golem: string;
  /** low, high, low, high ... */
  readonly files: readonly string[];
  readonly folder: string;
  remove(): Promise<void>;
}

/** Trains a golem on tones with silence around them, with features that need no weights. */
export async function createToneGolem(): Promise<ToneGolems> {
  const folder = await mkdtemp(join(tmpdir(), "golem-serve-"));
  const files: string[] = [];
  const rows: string[] = [];
  for (let i = 0; i < 12; i++) {
    const name = `tone ${i}.wav`;
    await writeFile(join(folder, name), createWav([createToneInSilence(i)], 16_000));
    files.push(join(folder, name));
    rows.push(JSON.stringify({ file_name: name, label: i % 2 ? "high" : "low" }));
  }
  await writeFile(join(folder, "metadata.jsonl"), rows.join("\n"));
  const golem = join(folder, "tones");
  await trainTones(golem, folder, 0);
  return { golem, files, folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** 2 s with a second of tone in the middle: low for even numbers, high for odd ones, each a little different. */
export function createToneInSilence(number: number): Float32Array {
  const samples = new Float32Array(32_000);
  samples.set(createTone(16_000, 1, 1, (number % 2 ? 2000 : 200) + number)[0]!, 8000);
  return samples;
}

/** Trains a golem on the recordings of {@link createToneGolem}. */
export async function trainTones(
  golem: string,
  data: string,
  seed: number,
  maximumSeconds = 1800,
): Promise<void> {
  const trained = await train(data, { encoder: "mfcc", seed, audio: { maximumSeconds } });
  await trained.save(golem);
  await trained.dispose();
}

/** Opens a server with a log and waits until it is ready. */
export async function serve(options: ServerOptions): Promise<Served> {
  let text = "";
  const log = new Writable({
    write(chunk, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const server = await startServer({ port: 0, workers: 2, log, ...options });
  try {
    await server.ready;
  } catch (error) {
    await server.close();
    throw error;
  }
  const { url } = server;
  return {
    ...{ server, url },
    getLog: () =>
      text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    fetch: (path, init) => fetch(`${url}${path}`, init),
  };
}

/** A form with files as browsers send it. */
export function createForm(files: Readonly<Record<string, Uint8Array>>): FormData {
  const form = new FormData();
  for (const [name, bytes] of Object.entries(files)) {
    form.append("file", new File([new Uint8Array(bytes)], basename(name)));
  }
  return form;
}
