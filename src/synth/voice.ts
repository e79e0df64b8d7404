/** The interface of synthetic voices. */

/** How an utterance is spoken; all values are factors, 1 for the voice's default. */
export interface Manner {
  readonly rate: number;
  readonly pitch: number;
  /** Resampling: below 1 for a longer vocal tract, with lower formants and slower speech. */
  readonly scale: number;
}

/** Mono samples; full scale is 1. */
export interface Speech {
  readonly samples: Float32Array;
  /** Sample rate in Hz. */
  readonly sampleRate: number;
}

/** A synthetic voice. */
export interface Voice {
  /** Unique name, which is the speaker of its recordings: "flite-slt". */
  readonly name: string;
  /** Speaks at a rate and a pitch. Rejects with `synthesis-failed`. */
  speak(text: string, manner: Pick<Manner, "rate" | "pitch">): Promise<Speech>;
}
