/**
 * The worker that hears: each recording once, with everything that listens, as soon as it is on the shelf.
 *
 * Not its concern: labels, heads, the page.
 */

import { openAudio } from "../../audio/open-audio.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { GolemError, toErrorRecord } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { CallMethods } from "../../core/worker-calls.ts";
import { clearLogprob } from "../../detect/window-judge.ts";
import { type EncoderSet, embedSource, type LoadedEncoderSet } from "../../embed/embed-source.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { type AudioPrediction, getAudioOf, predictEmbedded } from "../../golem/predict-embedded.ts";
import { hearLive, type LiveInput } from "../../web/live-hearing.ts";
import { loadWebEncoderSet } from "../../web/web-encoder-set.ts";
import { serveWorkerCalls } from "../../web/worker-calls.ts";
import { decodeKeptGolem } from "../data/kept-golem.ts";
import { openShelf } from "../data/shelf.ts";
import type { Hearing } from "../data/task.ts";
import { computePeaks } from "../sound/peaks.ts";
import { studioEncoderSet } from "./hearing-keys.ts";
import { type KnownRecording, readHearings, writeHearing } from "./kept-hearing.ts";
import { createRehearsalSound } from "./rehearsal.ts";

/** What this worker can be asked. */
export type HearCalls = {
  /** Loads the networks; `site` is the address of the page's folder. Tells `Progress`. */
  load: { argument: { site: string }; answer: null };
  /** Hears a sound that nobody made, so that the first recording is heard as fast as the second. */
  rehearse: { argument: null; answer: null };
  /** Hears a recording of the shelf; `wantsPeaks` where nobody has drawn it yet. */
  hear: {
    argument: { id: string; name: string; hash: string; wantsPeaks: boolean };
    answer: Hearing & { peaks?: Uint8Array };
  };
  /** What the golem of a task says of a recording that is not on the shelf. */
  predict: { argument: { task: string; bytes: Uint8Array; name: string }; answer: AudioPrediction };
  /** Listens with the golem of a task until its stream ends, by the detector of `golem listen`. */
  listen: { argument: LiveInput & { task: string }; answer: null };
  /** Forgets golems that it has read. */
  forget: { argument: null; answer: null };
};

const shelf = openShelf();
let encoderSet: Promise<LoadedEncoderSet> | undefined;
const golems = new Map<string, Promise<GolemModel>>();

function loadEncoderSet(site: string, onProgress: WorkOptions["onProgress"]): Promise<LoadedEncoderSet> {
  encoderSet ??= loadWebEncoderSet(studioEncoderSet, {
    weights: new URL("weights/", site),
    runtimeUrl: new URL("ort/", site),
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

async function hear(
  id: string,
  name: string,
  hash: string,
  wantsPeaks: boolean,
): Promise<Hearing & { peaks?: Uint8Array }> {
  const kept = await shelf;
  try {
    let [known] = await readHearings(kept, [hash]);
    const bytes = known && !wantsPeaks ? undefined : await kept.getSound(id);
    if (!known) {
      if (!bytes) throw new GolemError("data-not-found", `The sound of ${name} is not there any more.`);
      const heard = await embedSource(createMemorySource(bytes, name), await getEncoderSet());
      await writeHearing(kept, hash, heard);
      [known] = await readHearings(kept, [hash]);
    }
    const peaks = wantsPeaks && bytes ? await drawSound(bytes, name) : undefined;
    return { ...describeHearing(known!), ...(peaks ? { peaks } : {}) };
  } catch (error) {
    // Networks that are missing are no fault of the recording: it is heard another time.
    if (error instanceof GolemError && error.code === "weights-missing") throw error;
    return { state: "refused", ...toErrorRecord(error, "encoder-failed") };
  }
}

function describeHearing({ facts, text, logprob = Number.NEGATIVE_INFINITY }: KnownRecording): Hearing {
  const silent = facts.warnings.find(({ code }) => code === "silent");
  if (silent) return { state: "refused", ...silent };
  return {
    state: "heard",
    seconds: facts.seconds,
    ...(text === undefined ? {} : { text }),
    isSpeech: logprob >= clearLogprob,
  };
}

/** The picture of a recording; of a long one, of its first half minute. */
async function drawSound(bytes: Uint8Array, name: string): Promise<Uint8Array | undefined> {
  const opened = await openAudio(createMemorySource(bytes, name), { trim: false });
  for await (const samples of opened.windows()) return computePeaks(samples);
  return undefined;
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

/** Of those who listen here, those that a golem needs. */
async function getEncoderSetOf(golem: GolemModel): Promise<EncoderSet> {
  const { encoders, transcriber } = await getEncoderSet();
  return {
    encoders: golem.encoders.map(({ id }) => {
      const found = encoders.find(({ info }) => info.id === id);
      if (found) return found;
      throw new GolemError(
        "unknown-encoder",
        `The golem listens with ${id}, which the studio does not have.`,
      );
    }),
    ...(golem.transcriber && transcriber ? { transcriber } : {}),
  };
}

const methods: CallMethods<HearCalls> = {
  load: async ({ site }, { onProgress }) => {
    await loadEncoderSet(site, onProgress);
    return null;
  },
  rehearse: async () => {
    await embedSource(createMemorySource(createRehearsalSound(), "rehearsal.wav"), await getEncoderSet());
    return null;
  },
  hear: ({ id, name, hash, wantsPeaks }) => hear(id, name, hash, wantsPeaks),
  predict: async ({ task, bytes, name }) => {
    const golem = await getGolem(task);
    const heard = await embedSource(createMemorySource(bytes, name), await getEncoderSetOf(golem), {
      audio: getAudioOf(golem.document),
      identify: false,
    });
    return predictEmbedded(golem, heard, name);
  },
  listen: async ({ task, ...input }) => {
    const golem = await getGolem(task);
    await hearLive(golem, await getEncoderSetOf(golem), input, new AbortController().signal);
    return null;
  },
  forget: () => {
    golems.clear();
    return null;
  },
};

serveWorkerCalls(methods, ["listen"]);
