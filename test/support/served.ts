/** A server on a real port with small real golems, for tests. */
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Writable } from "node:stream";
import { expect, onTestFinished } from "vitest";
import { train } from "../../src/node/train.ts";
import { type RunningServer, type ServerOptions, startServer } from "../../src/server/start-server.ts";
import { createTone, createWav } from "./audio-files.ts";
import { getSharedFolder } from "./shared-folder.ts";

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
  /** Folder of the recordings, a data set. */
  readonly folder: string;
}

/** A golem trained on tones with silence around them, with features that need no weights, shared by all tests of a run. */
export async function getToneGolem(): Promise<ToneGolems> {
  const names = Array.from({ length: 12 }, (_, i) => `tone ${i}.wav`);
  const folder = await getSharedFolder("tones", async (place) => {
    const rows: string[] = [];
    for (const [i, name] of names.entries()) {
      await writeFile(join(place, name), createWav([createToneInSilence(i)], 16_000));
      rows.push(JSON.stringify({ file_name: name, label: i % 2 ? "high" : "low" }));
    }
    await writeFile(join(place, "metadata.jsonl"), rows.join("\n"));
    await trainTones(join(place, "tones"), place, 0);
  });
  return { golem: join(folder, "tones"), files: names.map((name) => join(folder, name)), folder };
}

/** 2 s with a second of tone in the middle: low for even numbers, high for odd ones, each a little different. */
export function createToneInSilence(number: number): Float32Array {
  const samples = new Float32Array(32_000);
  samples.set(createTone(16_000, 1, 1, (number % 2 ? 2000 : 200) + number)[0]!, 8000);
  return samples;
}

/** Trains a golem on the recordings of {@link getToneGolem}. */
export async function trainTones(
  golem: string,
  data: string,
  seed: number,
  maximumSeconds = 1800,
): Promise<void> {
  const trained = await train(data, { encoder: "mfcc", seed, augment: "none", audio: { maximumSeconds } });
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

/** Asks the golem of {@link getToneGolem} for a label; a body that is no form is sent as WAV. */
export function postSound(served: Served, body: BodyInit, signal?: AbortSignal): Promise<Response> {
  return served.fetch("/v1/golems/tones/predict", {
    method: "POST",
    body,
    ...(body instanceof FormData ? {} : { headers: { "content-type": "audio/wav" } }),
    ...(signal ? { signal } : {}),
  });
}

/** A server of the golem of {@link getToneGolem} that ends with the test. */
export async function openToneServer(options: Partial<ServerOptions> = {}): Promise<Served> {
  const { golem } = await getToneGolem();
  const served = await serve({ golems: [golem], ...options });
  onTestFinished(() => served.server.close());
  return served;
}

/** Checks a problem document and returns it. */
export async function getProblem(response: Response): Promise<Record<string, unknown>> {
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = (await response.json()) as Record<string, unknown>;
  expect(problem).toMatchObject({ status: response.status, type: `/docs#${problem.code}` });
  expect(problem.instance).toBe(`urn:uuid:${response.headers.get("x-request-id")}`);
  return problem;
}
