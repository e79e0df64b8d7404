/** A server on a real port with small real golems, for tests. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Writable } from "node:stream";
import { train } from "../src/node/train.ts";
import { type RunningServer, type ServerOptions, startServer } from "../src/server/start-server.ts";
import { writeTones } from "./tone-recordings.ts";

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

/** Trains a golem on tones, with features that need no weights. */
export async function createToneGolem(): Promise<ToneGolems> {
  const folder = await mkdtemp(join(tmpdir(), "golem-serve-"));
  const { dataset, files } = await writeTones(folder, 12);
  const golem = join(folder, "tones");
  await trainTones(golem, dataset, 0);
  return { golem, files, folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Trains a golem on the tones in `dataset` into the folder `golem`. */
async function trainTones(
  golem: string,
  dataset: Awaited<ReturnType<typeof writeTones>>["dataset"],
  seed: number,
): Promise<void> {
  const trained = await train(dataset, { encoder: "mfcc", seed });
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
