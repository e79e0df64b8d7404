/** Adds `toBeAllclose(expected, { rtol, atol })` for numeric arrays: |a - e| <= atol + rtol * |e| for every element. */
import { expect } from "vitest";

interface Tolerance {
  rtol?: number;
  atol?: number;
}

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: the signature has to match vitest's own declaration
  interface Matchers<T = any> {
    toBeAllclose(expected: ArrayLike<number>, tolerance?: Tolerance): T;
  }
}

expect.extend({
  toBeAllclose(
    received: ArrayLike<number>,
    expected: ArrayLike<number>,
    { rtol = 1e-5, atol = 1e-8 }: Tolerance = {},
  ) {
    let worst = received.length === expected.length ? -1 : 0;
    let excess = 0;
    for (let i = 0; i < expected.length; i++) {
      const over = Math.abs(received[i]! - expected[i]!) - (atol + rtol * Math.abs(expected[i]!));
      if (!(over <= excess)) {
        excess = Number.isNaN(over) ? Number.POSITIVE_INFINITY : over;
        worst = i;
      }
    }
    return {
      pass: worst === -1,
      message: () =>
        received.length === expected.length
          ? `element ${worst}: ${received[worst]} against ${expected[worst]} (rtol ${rtol}, atol ${atol})`
          : `length ${received.length} against ${expected.length}`,
    };
  },
});
