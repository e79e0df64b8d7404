/**
 * The interface of speech recognisers: the text spoken in a recording, and vectors of the decoder that wrote
 * it.
 *
 * Not its concern: labels, files, how text becomes features.
 */
import { GolemError } from "../core/error.ts";
import type { Pooled } from "./encoder.ts";
import { mergeStepPools } from "./pooling.ts";

/** Names of decoder vectors. */
export const decoderVectorNames = ["context", "start"] as const;

/**
 * A vector that a decoder returns with the text. `context`: the context of the last block's cross-attention,
 * pooled over all steps that were run, [4 x dimensions]: mean, population standard deviation, maximum,
 * minimum. `start`: the hidden state from which the first token is chosen, [dimensions].
 */
export interface DecoderVector {
  readonly name: (typeof decoderVectorNames)[number];
  /** Length of the vector. */
  readonly size: number;
}

/** Identity of a transcriber, and the format of its input. */
export interface TranscriberInfo {
  /**
   * Id of the encoder whose frames it reads ("moonshine-tiny"), or the name of the checkpoint that it is
   * built from, with ?language=CODE if one was requested.
   */
  readonly id: string;
  /** Version of the weights. */
  readonly revision: string;
  /** SHA-256 (hex) of each weight file by name, the encoder's included. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Rate of its input in Hz. */
  readonly sampleRate: number;
  /** Arithmetic of its weights: "int8", "fp32". */
  readonly precision: string;
  /** Everything else that shapes text and vectors: the decoding, and its guards with their parameters. */
  readonly recipe: string;
  /** The decoder vectors it returns with the text; may be empty. */
  readonly vectors: readonly DecoderVector[];
}

/** The transcript of one window or one recording. Sounds other than speech also get a text: see `logprob`. */
export interface Transcript {
  /** As the decoder writes it, with punctuation, trimmed; may be empty. */
  readonly text: string;
  /** Mean log-probability (natural logarithm) of the tokens, the end included: near 0 for clear speech. */
  readonly logprob: number;
  /** Number of tokens in the mean. */
  readonly tokens: number;
  /** Number of steps the decoder ran: the tokens, and further steps that only revealed a loop. */
  readonly steps: number;
  /** The vectors that the transcriber's `info.vectors` names, in that order. */
  readonly vectors: readonly Float32Array[];
}

/** A speech recogniser. */
export interface Transcriber {
  readonly info: TranscriberInfo;
  /** Transcribes one window: mono samples at `info.sampleRate`, any length from 20 ms up. */
  transcribe(samples: Float32Array): Promise<Transcript>;
  /**
   * Transcribes a window from the output of the encoder of this id, run with `keepFrames`. Rejects with
   * `invalid-option` when the frames were not kept. Undefined if the encoder has another input.
   */
  transcribePooled?(pooled: Pooled): Promise<Transcript>;
  /** Frees memory outside the JavaScript heap. */
  dispose(): Promise<void>;
}

/** A transcriber that reads the output of an encoder. */
export type PooledTranscriber = Transcriber & Required<Pick<Transcriber, "transcribePooled">>;

/**
 * Joins the windows of one recording: texts with spaces, `context` as if all steps had been pooled at once,
 * `start` of the first window. Throws `too-short` when there is no window.
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
