/**
 * The interface of synthetic voices.
 *
 * Not its concern: which there are, what they say.
 */

/** How an utterance is spoken; all are factors, 1 for the voice's own. */
export interface Manner {
  readonly rate: number;
  readonly pitch: number;
  /** Resampling: below 1 for a longer vocal tract, with lower formants and slower speech. */
  readonly scale: number;
}

/** Mono samples; full scale is 1. */
export interface Speech {
  readonly samples: Float32Array;
  /** In Hz. */
  readonly sampleRate: number;
}

/** A synthetic voice. */
export interface Voice {
  /** Unique; the speaker of its recordings: "flite-slt". */
  readonly name: string;
  /** Speaks at a rate and a pitch. Rejects with `synthesis-failed`. */
  speak(text: string, manner: Pick<Manner, "rate" | "pitch">): Promise<Speech>;
}
