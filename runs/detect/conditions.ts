/** The loudness of a stream's background. */

/** One condition. */
export interface Condition {
  readonly name: string;
  /** Gets the level of the background below the loudest 0.2 s of a word, in dB, at a time in seconds. */
  getSnrDb(seconds: number): number;
}

const steady = (snrDb: number): Condition => ({ name: `${snrDb} dB`, getSnrDb: () => snrDb });

/** The background rises and falls by this many dB. */
const swingDb = 15;
/** Period of the rise and fall, in seconds. */
const swingSeconds = 40;

/** The measured conditions. */
export const conditions: readonly Condition[] = [
  steady(40),
  steady(20),
  steady(10),
  {
    name: "uneven",
    getSnrDb: (seconds) => 20 + (swingDb / 2) * Math.cos((2 * Math.PI * seconds) / swingSeconds),
  },
];
