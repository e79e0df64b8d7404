/**
 * How loud the background of a stream is.
 *
 * Not its concern: what the background is made of.
 */

/** One condition. */
export interface Condition {
  readonly name: string;
  /** How far the background lies below the loudest 0.2 s of a word, in dB, at a time in seconds. */
  getSnrDb(seconds: number): number;
}

const steady = (snrDb: number): Condition => ({ name: `${snrDb} dB`, getSnrDb: () => snrDb });

/** Rises and falls by so many dB ... */
const swingDb = 15;
/** ... and back in so many seconds. */
const swingSeconds = 40;

/** What is measured. */
export const conditions: readonly Condition[] = [
  steady(40),
  steady(20),
  steady(10),
  {
    name: "uneven",
    getSnrDb: (seconds) => 20 + (swingDb / 2) * Math.cos((2 * Math.PI * seconds) / swingSeconds),
  },
];
