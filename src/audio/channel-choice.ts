/**
 * Channels that cancel each other when they are averaged: one wired the wrong way round, or both halves of a
 * balanced line recorded as left and right. Then the louder channel is used alone.
 *
 * Not its concern: how channels are read.
 *
 * The mean of N uncorrelated channels has 1/N of their mean power; only negatively correlated channels have
 * less. Two equally loud channels of correlation r keep 1 + r of it. The limit is a quarter: r below -0.75
 * (right = -0.5 x left is still below it), where averaging costs more than 6 dB compared with uncorrelated
 * channels. Stereo recordings of music, rooms and speech have r > 0, wide ones rarely below -0.3; with one
 * silent channel r is 0.
 */

/** Sums over samples. */
export interface ChannelPower {
  /** Weight of the samples; initially 1 each. */
  frames: number;
  /** Per channel. */
  readonly sums: number[];
  readonly squares: number[];
  meanSum: number;
  meanSquares: number;
}

/** Share of the power of uncorrelated channels below which channels count as cancelling. */
const cancelledShare = 0.25;

/** No samples yet. */
export function createChannelPower(): ChannelPower {
  return { frames: 0, sums: [], squares: [], meanSum: 0, meanSquares: 0 };
}

/** Adds samples of all channels and of their mean; earlier sums are multiplied by `decay`. */
export function measurePower(
  power: ChannelPower,
  planes: readonly Float32Array[],
  mean: Float32Array,
  decay = 1,
): void {
  for (const [channel, plane] of planes.entries()) {
    const [sum, squares] = sumUp(plane);
    power.sums[channel] = decay * (power.sums[channel] ?? 0) + sum;
    power.squares[channel] = decay * (power.squares[channel] ?? 0) + squares;
  }
  const [sum, squares] = sumUp(mean);
  power.frames = decay * power.frames + mean.length;
  power.meanSum = decay * power.meanSum + sum;
  power.meanSquares = decay * power.meanSquares + squares;
}

/** The loudest channel, to use instead of the mean; undefined if they do not cancel. Ignores DC offsets. */
export function findCancellation(power: ChannelPower): number | undefined {
  const { frames, sums, squares, meanSum, meanSquares } = power;
  if (sums.length < 2 || frames === 0) return undefined;
  const powers = squares.map((value, channel) => value / frames - (sums[channel]! / frames) ** 2);
  const total = powers.reduce((sum, value) => sum + value, 0);
  // Mean power of the channels / N = total / N^2.
  const uncorrelated = total / sums.length ** 2;
  const kept = meanSquares / frames - (meanSum / frames) ** 2;
  if (!(uncorrelated > 1e-12) || kept >= cancelledShare * uncorrelated) return undefined;
  return powers.indexOf(Math.max(...powers));
}

function sumUp(samples: Float32Array): readonly [number, number] {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]!;
    sum += value;
    squares += value * value;
  }
  return [sum, squares];
}
