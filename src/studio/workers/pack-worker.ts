/**
 * The worker that packs and unpacks zip files, and checks hashes.
 *
 * Not its concern: the page, what becomes of the files.
 */

import { type Zippable, zipSync } from "fflate";
import { createChunkCutter } from "../../audio/cut-segments.ts";
import { decodeSource } from "../../audio/formats/decode-source.ts";
import { createMixCount, readMono } from "../../audio/mono-stream.ts";
import { encodeWav } from "../../audio/wav-writer.ts";
import { createBlobSource, createMemorySource } from "../../core/byte-source.ts";
import { formatCsvRow } from "../../core/csv-row.ts";
import { GolemError } from "../../core/error.ts";
import { computeSha256Hex } from "../../core/sha256.ts";
import type { Segment } from "../../dataset/segment.ts";
import {
  createWebGolem,
  listWeightOwners,
  placeLibraryFile,
  placeWeightFile,
} from "../../export/export-web.ts";
import { createPublicGolem } from "../../golem/public-golem.ts";
import { createBrowserDecoders } from "../../web/browser-decoders.ts";
import { fetchBytes } from "../../web/fetch-bytes.ts";
import { loadWebWeights } from "../../web/web-weights.ts";
import { serveWorkerCalls } from "../../web/worker-calls.ts";
import { decodeKeptGolem } from "../data/kept-golem.ts";
import { describeProject, projectFile, projectGolem } from "../data/project.ts";
import { openShelf } from "../data/shelf.ts";
import type { KeptRecording } from "../data/task.ts";
import { isStoreKey } from "./studio-encoder-set.ts";
import { unpackZip } from "./unzip.ts";

/** The methods of this worker. */
export type PackCalls = {
  /** Stretches of a long recording, in seconds, as WAV files; null for one after its end. */
  cut: {
    argument: { sound: Blob | Uint8Array; name: string; segments: readonly Segment[] };
    answer: readonly (Uint8Array | null)[];
  };
  /** The golem of a task, in a folder of that name. */
  golem: { argument: { task: string; folder: string }; answer: Uint8Array };
  /**
   * The golem of a task as `golem export --format web` writes it, in a folder of that name; `site` is the
   * address of the page's folder.
   */
  web: { argument: { task: string; folder: string; site: string }; answer: Uint8Array };
  /** The recordings of a task with metadata.csv, its golem and its settings, in a folder of that name. */
  project: { argument: { task: string; folder: string }; answer: Uint8Array };
  /**
   * Puts embeddings on the shelf from a zip whose entries are named by store keys; those of other encoders or
   * settings are left out.
   */
  embeddings: { argument: { bytes: Uint8Array; sha256: string }; answer: null };
  /** The files of a zip by path; `sha256`, where it is known, is checked first. */
  unpack: {
    argument: { bytes: Uint8Array; sha256?: string | undefined };
    answer: Record<string, Uint8Array>;
  };
};

/** Most bytes that are unpacked. */
const maximumBytes = 500e6;

/** Most entries of a zip file that is unpacked. */
const maximumFiles = 50_000;

const shelf = openShelf();

serveWorkerCalls<PackCalls>({
  async cut({ sound, name, segments }) {
    const source = sound instanceof Blob ? createBlobSource(sound, name) : createMemorySource(sound, name);
    const { stream } = await decodeSource(source, createBrowserDecoders(), {});
    const cutter = createChunkCutter(segments, stream.sampleRate);
    const found: (Uint8Array | null)[] = segments.map(() => null);
    const keep = (cut: ReturnType<typeof cutter.push>): void => {
      for (const { index, samples } of cut) found[index] = encodeWav(samples, stream.sampleRate, "pcm16");
    };
    const mono = readMono(stream, name, Number.POSITIVE_INFINITY, createMixCount(), undefined, "running");
    for await (const chunk of mono) {
      keep(cutter.push(chunk));
      if (cutter.isDone()) break;
    }
    keep(cutter.end());
    return found;
  },
  async golem({ task, folder }) {
    return zipSync({ [folder]: { ...(await getGolemFiles(task)) } as Zippable }, { level: 6 });
  },
  web: async ({ task, folder, site }) =>
    zipSync({ [folder]: await createWebFolder(task, site) }, { level: 6 }),
  async project({ task, folder }) {
    const kept = await shelf;
    const recordings = await kept.listRecordings(task);
    const golem = await kept.getGolem(task);
    const own = (await kept.listTasks()).find(({ id }) => id === task);
    if (!own) throw new GolemError("data-not-found", "This task is not there any more.");
    const encode = (text: string) => new TextEncoder().encode(text);
    const files: Record<string, Uint8Array> = {
      "metadata.csv": encode(writeMetadata(recordings)),
      [projectFile]: encode(JSON.stringify(describeProject(own, recordings, golem), undefined, 1)),
    };
    for (const [name, bytes] of Object.entries(golem?.files ?? {})) files[projectGolem + name] = bytes;
    for (const { id, file } of recordings) {
      const sound = await kept.getSound(id);
      if (sound) files[file] = sound;
    }
    return zipSync(
      Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`${folder}/${path}`, bytes])),
      { level: 0 },
    );
  },
  async embeddings({ bytes, sha256: wanted }) {
    checkHash(bytes, wanted);
    const files = unpackZip(bytes, { maximumBytes, maximumFiles });
    const values = Object.entries(files).map(([key, value]) => ({ key, bytes: value }));
    await (await shelf).putEmbeddings(values.filter(({ key }) => isStoreKey(key)));
    return null;
  },
  unpack({ bytes, sha256: wanted }) {
    if (wanted !== undefined) checkHash(bytes, wanted);
    return unpackZip(bytes, { maximumBytes, maximumFiles });
  },
});

async function getGolemFiles(task: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const golem = await (await shelf).getGolem(task);
  if (golem) return golem.files;
  throw new GolemError("golem-not-found", "This task has no golem; train it first.");
}

function checkHash(bytes: Uint8Array, wanted: string): void {
  if (computeSha256Hex(bytes) === wanted) return;
  throw new GolemError("weights-damaged", "A file of this site has another hash than its list says.");
}

/** Networks are stored uncompressed: compression does not make them smaller. */
const uncompressed = { level: 0 } as const;

/** All files that a page with the golem needs; the files of this site are checked by their hashes. */
async function createWebFolder(task: string, site: string): Promise<Zippable> {
  const golem = createPublicGolem(decodeKeptGolem(await getGolemFiles(task)));
  const owners = listWeightOwners(golem.model);
  const files: Zippable = {};
  const list = await fetchSite("web/files.json", site);
  const library = JSON.parse(new TextDecoder().decode(list)) as Record<
    string,
    { readonly address: string; readonly sha256: string }
  >;
  for (const [name, { address, sha256: wanted }] of Object.entries(library)) {
    const place = placeLibraryFile(name);
    if (place === undefined) continue;
    const bytes = await fetchSite(address, site);
    checkHash(bytes, wanted);
    files[place] = bytes;
  }
  for (const [name, contents] of Object.entries(createWebGolem(golem).files)) {
    files[name] = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
  }
  const weights = await loadWebWeights(owners, { weights: new URL("weights/", site) });
  for (const [i, { info }] of owners.entries()) {
    for (const [name, bytes] of Object.entries(weights[i]!)) {
      files[placeWeightFile(info.id, name)] = [bytes, uncompressed];
    }
  }
  return files;
}

function fetchSite(address: string, site: string): Promise<Uint8Array> {
  const limits = {
    maximumBytes,
    missing: "weights-missing",
    tooLarge: "weights-damaged",
  } as const;
  return fetchBytes(new URL(address, site), limits);
}

/** metadata.csv as `golem train` reads it. */
function writeMetadata(recordings: readonly KeptRecording[]): string {
  const hasSpeakers = recordings.some(({ speaker }) => speaker !== undefined);
  const hasSources = !hasSpeakers && recordings.some(({ source }) => source !== undefined);
  const hasOrigins = recordings.some(({ origin }) => origin !== undefined);
  const hasSplits = recordings.some(({ split }) => split !== undefined);
  const pick = (speaker: string, source: string, origin: string, split: string) => [
    ...(hasSpeakers ? [speaker] : []),
    ...(hasSources ? [source] : []),
    ...(hasOrigins ? [origin] : []),
    ...(hasSplits ? [split] : []),
  ];
  const header = ["file_name", "label", ...pick("speaker", "source", "origin", "split")];
  const rows = recordings.map(({ file, label, speaker = "", source = "", origin = "real", split = "" }) => [
    file,
    label,
    ...pick(speaker, source, origin, split),
  ]);
  return [header, ...rows].map((row) => `${formatCsvRow(row)}\n`).join("");
}
