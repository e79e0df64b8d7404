/**
 * The worker that speaks typed words with synthetic voices.
 *
 * Not its concern: what becomes of the recordings.
 */
import { encodeWav } from "../../audio/wav-writer.ts";
import { GolemError } from "../../core/error.ts";
import { computeSha256Hex } from "../../core/sha256.ts";
import { createFliteVoices, fliteFile } from "../../synth/flite.ts";
import { planUtterances, speakUtterance } from "../../synth/utterances.ts";
import type { Voice } from "../../synth/voice.ts";
import type { Wording } from "../../synth/wordings.ts";
import { fetchBytes } from "../../web/fetch-bytes.ts";
import { serveWorkerCalls } from "../../web/worker-calls.ts";

/** A recording of a synthetic voice. */
export interface SpokenRecording {
  readonly label: string;
  readonly speaker: string;
  /** A WAV file. */
  readonly bytes: Uint8Array;
}

/** Calls of this worker. */
export type SpeakCalls = {
  /**
   * Speaks `count` recordings per label, and reports each; `spoken` says how many of a label were spoken
   * before, which are not repeated. `site` is the address of the page's folder.
   */
  speak: {
    argument: {
      site: string;
      wordings: readonly Wording[];
      count: number;
      voices: number;
      spoken: Readonly<Record<string, number>>;
    };
    answer: null;
    report: SpokenRecording;
  };
};

let loaded: Promise<Voice[]> | undefined;

function loadVoices(site: string): Promise<Voice[]> {
  loaded ??= readVoices(site).catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function readVoices(site: string): Promise<Voice[]> {
  const { name, bytes: maximumBytes, sha256 } = fliteFile;
  const limits = { maximumBytes, missing: "weights-missing", tooLarge: "weights-damaged" } as const;
  const bytes = await fetchBytes(new URL(`voices/${name}`, site), limits);
  if (computeSha256Hex(bytes) === sha256) return createFliteVoices(bytes as Uint8Array<ArrayBuffer>);
  throw new GolemError("weights-damaged", "The file of the voices has another hash than expected.");
}

serveWorkerCalls<SpeakCalls>({
  async speak({ site, wordings, count, voices: most, spoken }, { signal, report }) {
    const voices = (await loadVoices(site)).slice(0, most);
    const before = Math.max(0, ...Object.values(spoken));
    const turns = new Map<string, number>();
    const planned = planUtterances(wordings, voices.length, before + count, 0).filter(({ label }) => {
      const turn = turns.get(label) ?? 0;
      turns.set(label, turn + 1);
      const first = spoken[label] ?? 0;
      return turn >= first && turn < first + count;
    });
    for (const utterance of planned) {
      if (signal.aborted) break;
      const { samples, sampleRate } = await speakUtterance(utterance, voices);
      report({
        label: utterance.label,
        speaker: voices[utterance.voice]!.name,
        bytes: encodeWav(samples, sampleRate, "pcm16"),
      });
    }
    return null;
  },
});
