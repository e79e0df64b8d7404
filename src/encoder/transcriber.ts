/**
 * The one interface of speech recognisers: what was said in a recording, as text, and as the numbers that the decoder wrote
 * it from.
 *
 * Not its concern: labels, files, how text becomes features.
 */
import { GolemError } from "../core/error.ts";
import type { Pooled } from "./encoder.ts";
import { mergeStepPools } from "./pooling.ts";

/** Names of the vectors that decoders give. */
export const decoderVectorNames = ["context", "start"] as const;

/**
 * One vector that a decoder gives beside the text. `context`: what the last block found in the sound, its cross-attention's
 * context over all steps that were run, [4 x dimensions]: mean, population standard deviation, maximum, minimum. `start`: the
 * hidden state from which the first token is chosen, [dimensions].
 */
export interface DecoderVector {
  readonly name: (typeof decoderVectorNames)[number];
  /** Numbers it has. */
  readonly size: number;
}

/** What identifies a transcriber and says how to feed it. */
export interface TranscriberInfo {
  /** That of the encoder whose frames it reads: "moonshine-tiny". */
  readonly id: string;
  /** Version of the weights. */
  readonly revision: string;
  /** SHA-256 (hex) of each weight file by name, the encoder's included. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Rate of its input in Hz. */
  readonly sampleRate: number;
  /** Arithmetic of its weights: "int8", "fp32". */
  readonly precision: string;
  /** Everything else that shapes text and vectors: how it is decoded, and the guards with their parameters. */
  readonly recipe: string;
  /** What it gives beside the text; may be nothing. */
  readonly vectors: readonly DecoderVector[];
}

/** What was said in one window or one recording. Anything but speech is given words too: see `logprob`. */
export interface Transcript {
  /** As the decoder writes it, with punctuation, without white space at its ends; may be empty. */
  readonly text: string;
  /** Mean log-probability (natural) of the tokens, the end included: near 0 for clear speech. */
  readonly logprob: number;
  /** Number of tokens that the mean is over. */
  readonly tokens: number;
  /** Number of steps the decoder ran: as many as tokens, and those that only showed that it went round in circles. */
  readonly steps: number;
  /** Those that the transcriber's `info.vectors` names, in that order. */
  readonly vectors: readonly Float32Array[];
}

/** A speech recogniser. */
export interface Transcriber {
  readonly info: TranscriberInfo;
  /** Transcribes one window: mono samples at `info.sampleRate`, any length from 20 ms up. */
  transcribe(samples: Float32Array): Promise<Transcript>;
  /**
   * The same out of what the encoder of this id has made of the window already, told to `keepFrames`.
   * Rejects with `invalid-option` when it was not.
   */
  transcribePooled(pooled: Pooled): Promise<Transcript>;
  /** Frees what it holds outside the JavaScript heap. */
  dispose(): Promise<void>;
}

/**
 * Joins the windows of one recording: texts with spaces, `context` as if all steps had been pooled at once, `start` of the
 * first window. Throws `too-short` when there is none.
 */
export function joinTranscripts(
  { vectors }: Pick<TranscriberInfo, "vectors">,
  windows: readonly Transcript[],
): Transcript {
  const first = windows[0];
  if (!first) {
    throw new GolemError("too-short", "No window of audio reached the transcriber; at least one is needed.");
  }
  if (windows.length === 1) return first;
  const tokens = windows.reduce((sum, window) => sum + window.tokens, 0);
  const total = windows.reduce((sum, { logprob, tokens }) => sum + logprob * tokens, 0);
  const text = windows.map((window) => window.text).filter((part) => part !== "");
  return {
    text: text.join(" "),
    logprob: tokens === 0 ? 0 : total / tokens,
    tokens,
    steps: windows.reduce((sum, window) => sum + window.steps, 0),
    vectors: vectors.map(({ name }, i) => {
      switch (name) {
        case "context":
          return mergeStepPools(
            windows.map((window) => ({ steps: window.steps, vector: window.vectors[i]! })),
          );
        case "start":
          return first.vectors[i]!;
        default:
          return name satisfies never;
      }
    }),
  };
}
