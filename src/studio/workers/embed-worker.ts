/**
 * The worker that embeds: each recording once, as soon as it is on the shelf. It also predicts and detects
 * with a task's golem.
 *
 * Not its concern: labels, heads, the page.
 */

import { defaultAudioSettings } from "../../audio/audio.ts";
import { openAudio } from "../../audio/open-audio.ts";
import type { Variation } from "../../augment/variation.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { GolemError, toErrorRecord } from "../../core/error.ts";
import { joinFloats } from "../../core/join-arrays.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { CallMethods } from "../../core/worker-calls.ts";
import { embedCopy, planCopy } from "../../embed/embed-copy.ts";
import { type EncoderSet, embedSource, type LoadedEncoderSet } from "../../embed/embed-source.ts";
import type { LearningCurve } from "../../evaluate/learning-curve.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { type AudioPrediction, getAudioOf, predictEmbedded } from "../../golem/predict-embedded.ts";
import { createBrowserDecoders } from "../../web/browser-decoders.ts";
import { detectLive, type LiveInput } from "../../web/live-detection.ts";
import { createPageDecoding } from "../../web/page-decoding.ts";
import { loadWebEncoderSet } from "../../web/web-encoder-set.ts";
import { serveWorkerCalls } from "../../web/worker-calls.ts";
import { predict } from "../../workflow/predict.ts";
import { decodeKeptGolem } from "../data/kept-golem.ts";
import { openShelf } from "../data/shelf.ts";
import type { EmbedResult } from "../data/task.ts";
import { computePeaks } from "../sound/peaks.ts";
import { describeEmbedded, readEmbeddings, writeEmbeddings } from "./kept-embeddings.ts";
import { createRehearsalSound } from "./rehearsal.ts";
import { studioEncoderSet } from "./studio-encoder-set.ts";

/** Calls of this worker. */
export type EmbedCalls = {
  /**
   * Loads the networks; `site` is the address of the page's folder, `decoding` the port of
   * `servePageDecoding`. Reports `Progress`. What needs no networks is answered meanwhile.
   */
  load: { argument: { site: string; decoding: MessagePort }; answer: null };
  /** Embeds a made-up sound, so that the first recording is embedded as fast as the second. */
  rehearse: { argument: null; answer: null };
  /** Embeds a recording of the shelf; `needsPeaks` where its picture is not drawn yet. */
  embed: {
    argument: { id: string; name: string; hash: string; needsPeaks: boolean };
    answer: EmbedResult & { peaks?: Uint8Array };
  };
  /** Embeds a varied copy of a recording of the shelf, and keeps its embedding. */
  embedCopy: {
    argument: { id: string; name: string; hash: string; variation: Variation };
    answer: null;
  };
  /** Embeds a file that is not on the shelf, and keeps its embedding; `hash` is the SHA-256 of its bytes. */
  embedFile: { argument: { bytes: Uint8Array; name: string; hash: string }; answer: null };
  /** The samples of a recording of the shelf, mono at 16 kHz, untrimmed. */
  decode: { argument: { id: string; name: string }; answer: Float32Array };
  /** Predicts a recording with the golem of a task; `hash`, of one of the shelf, finds its embedding. */
  predict: {
    argument: { task: string; bytes: Uint8Array; name: string; hash?: string | undefined };
    answer: AudioPrediction;
  };
  /** Detects events in a stream with a task's golem to its end, by the detector of `golem listen`. */
  listen: { argument: LiveInput & { task: string }; answer: null };
  /** The report of a task's golem, a page; `learningCurve` where it was measured. */
  report: { argument: { task: string; learningCurve: LearningCurve | undefined }; answer: string };
  /** Forgets the golems read so far. */
  forget: { argument: null; answer: null };
};

const shelf = openShelf();
/** Decoders for what is not built in. */
let decoders = createBrowserDecoders();
let encoderSet: Promise<LoadedEncoderSet> | undefined;
const golems = new Map<string, Promise<GolemModel>>();

function loadEncoderSet(site: string, onProgress: WorkOptions["onProgress"]): Promise<LoadedEncoderSet> {
  encoderSet ??= loadWebEncoderSet(studioEncoderSet, {
    weights: new URL("weights/", site),
    runtimeUrl: new URL("ort/", site),
    // Recordings are shared among workers instead (state/workers.ts).
    threads: 1,
    onProgress,
  }).catch((error: unknown) => {
    encoderSet = undefined;
    throw error;
  });
  return encoderSet;
}

async function getEncoderSet(): Promise<LoadedEncoderSet> {
  if (encoderSet) return encoderSet;
  throw new GolemError("weights-missing", "The networks are not loaded yet.", { hint: "Reload the page." });
}

async function embed(
  id: string,
  name: string,
  hash: string,
  needsPeaks: boolean,
): Promise<EmbedResult & { peaks?: Uint8Array }> {
  const kept = await shelf;
  let isMissing = false;
  try {
    let [embedded] = await readEmbeddings(kept, [hash]);
    const bytes = embedded && !needsPeaks ? undefined : await kept.getSound(id);
    if (!embedded) {
      if (!bytes) throw new GolemError("data-not-found", `The sound of ${name} is not there any more.`);
      const networks = await getEncoderSet().catch((error: unknown) => {
        isMissing = true;
        throw error;
      });
      embedded = await embedSource(createMemorySource(bytes, name), networks, { decoders });
      await writeEmbeddings(kept, hash, embedded);
    }
    const peaks = needsPeaks && bytes ? await drawSound(bytes, name) : undefined;
    return { ...describeEmbedded(embedded), ...(peaks ? { peaks } : {}) };
  } catch (error) {
    // Missing networks and a full disk are not faults of the recording, which is embedded later.
    if (isMissing || (error instanceof GolemError && error.code === "store-failed")) throw error;
    return { state: "refused", ...toErrorRecord(error, "encoder-failed") };
  }
}

/** The picture of a recording; of a long one, of its first half minute. */
async function drawSound(bytes: Uint8Array, name: string): Promise<Uint8Array | undefined> {
  const opened = await openAudio(createMemorySource(bytes, name), { decoders, trim: false });
  for await (const samples of opened.windows()) return computePeaks(samples);
  return undefined;
}

async function decode(id: string, name: string): Promise<Float32Array> {
  const bytes = await (await shelf).getSound(id);
  if (!bytes) throw new GolemError("data-not-found", `The sound of ${name} is not there any more.`);
  const opened = await openAudio(createMemorySource(bytes, name), { decoders, trim: false });
  const pieces: Float32Array[] = [];
  for await (const samples of opened.windows()) pieces.push(samples.slice());
  return joinFloats(pieces);
}

async function readGolem(task: string): Promise<GolemModel> {
  const golem = await (await shelf).getGolem(task);
  if (!golem) throw new GolemError("golem-not-found", "This task has no golem yet; one was expected.");
  return decodeKeptGolem(golem.files);
}

function getGolem(task: string): Promise<GolemModel> {
  const found = golems.get(task) ?? readGolem(task);
  golems.set(task, found);
  found.catch(() => golems.delete(task));
  return found;
}

/**
 * Whether a golem takes the embeddings that the shelf keeps: the same encoders in the same order, the same
 * audio settings.
 */
function takesKept({ encoders, document }: GolemModel): boolean {
  const { trim, windowSeconds } = getAudioOf(document);
  const own = studioEncoderSet.encoders.map(({ id }) => id).join();
  const isSameAudio =
    trim === defaultAudioSettings.trim && windowSeconds === defaultAudioSettings.windowSeconds;
  return isSameAudio && encoders.map(({ id }) => id).join() === own;
}

/** The part of the encoder set that a golem uses. */
async function getEncoderSetOf(golem: GolemModel): Promise<EncoderSet> {
  const { encoders, transcriber } = await getEncoderSet();
  return {
    encoders: golem.encoders.map(({ id }) => {
      const found = encoders.find(({ info }) => info.id === id);
      if (found) return found;
      throw new GolemError("unknown-encoder", `The golem uses ${id}, which the studio does not have.`);
    }),
    ...(golem.transcriber && transcriber ? { transcriber } : {}),
  };
}

const methods: CallMethods<EmbedCalls> = {
  load: async ({ site, decoding }, { onProgress }) => {
    decoders = createBrowserDecoders(createPageDecoding(decoding));
    await loadEncoderSet(site, onProgress);
    return null;
  },
  rehearse: async () => {
    await embedSource(createMemorySource(createRehearsalSound(), "rehearsal.wav"), await getEncoderSet());
    return null;
  },
  embed: ({ id, name, hash, needsPeaks }) => embed(id, name, hash, needsPeaks),
  embedCopy: async ({ id, name, hash, variation }) => {
    const kept = await shelf;
    const plan = planCopy(hash, variation);
    const [there] = await readEmbeddings(kept, [plan.copyHash]);
    const bytes = there ? undefined : await kept.getSound(id);
    if (!bytes) return null;
    const output = await embedCopy(createMemorySource(bytes, name), await getEncoderSet(), plan, {
      decoders,
    });
    await writeEmbeddings(kept, plan.copyHash, output);
    return null;
  },
  embedFile: async ({ bytes, name, hash }) => {
    const [kept] = await readEmbeddings(await shelf, [hash]);
    if (kept) return null;
    const output = await embedSource(createMemorySource(bytes, name), await getEncoderSet(), { decoders });
    await writeEmbeddings(await shelf, hash, output);
    return null;
  },
  decode: ({ id, name }) => decode(id, name),
  predict: async ({ task, bytes, name, hash }) => {
    const golem = await getGolem(task);
    const [embedded] = hash === undefined ? [] : await readEmbeddings(await shelf, [hash]);
    if (embedded && takesKept(golem)) {
      const { transcript, ...sound } = embedded;
      return predictEmbedded(golem, golem.transcriber ? embedded : sound, name);
    }
    return predict(golem, await getEncoderSetOf(golem), createMemorySource(bytes, name), { decoders });
  },
  listen: async ({ task, ...input }) => {
    const golem = await getGolem(task);
    await detectLive(golem, await getEncoderSetOf(golem), input, new AbortController().signal);
    return null;
  },
  report: async ({ task, learningCurve }) => {
    const { writeStudioReport } = await import("./report-writer.ts");
    return writeStudioReport(await shelf, task, await getGolem(task), { learningCurve, decoders });
  },
  forget: () => {
    golems.clear();
    return null;
  },
};

serveWorkerCalls(methods, ["load", "listen", "decode", "report"]);
