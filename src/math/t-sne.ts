/**
 * Places points on a plane, given only their distances. Neighbours stay neighbours; large distances on the
 * map mean little.
 *
 * t-SNE (van der Maaten and Hinton 2008), exact, started from classical multidimensional scaling (Torgerson
 * 1952) instead of random places (Kobak and Berens 2019), so that the same distances give the same map. Time
 * and memory grow with the square of the number of points.
 */
import { createRandom } from "../core/random.ts";
import { centreGram, dot } from "./matrix-products.ts";

/** A position on the map: x and y from 0 to 1, with the same scale for both. */
export type MapPosition = readonly [x: number, y: number];

const rounds = 250;
const exaggeratedRounds = 75;
const exaggeration = 4;
const maximumPerplexity = 12;

/** Places points by their squared distances [points, points]. */
export function computeNeighbourMap(squaredDistances: Float64Array, points: number): MapPosition[] {
  if (points === 1) return [[0.5, 0.5]];
  const places = computeScaling(squaredDistances, points);
  if (points > 3) moveNeighbours(places, computeAffinities(squaredDistances, points), points);
  return normalise(places, points);
}

/** Computes the two widest axes of [points, 2]: subspace iteration on centred squared distances. */
function computeScaling(squaredDistances: Float64Array, points: number): Float64Array {
  const gram = centreGram(
    squaredDistances.map((value) => -value / 2),
    points,
    new Float64Array(points).fill(1),
  );
  const random = createRandom(0);
  const axes = [0, 1].map(() => Float64Array.from({ length: points }, () => random.normal()));
  const lengths = [0, 0];
  for (let round = 0; round < 60; round++) {
    for (const [a, axis] of axes.entries()) {
      const next = Float64Array.from({ length: points }, (_, i) => dot(gram, axis, points, i * points));
      if (a === 1) {
        const shared = dot(next, axes[0]!);
        for (let i = 0; i < points; i++) next[i]! -= shared * axes[0]![i]!;
      }
      lengths[a] = Math.sqrt(dot(next, next));
      for (let i = 0; i < points; i++) axis[i] = next[i]! / (lengths[a]! || 1);
    }
  }
  const places = new Float64Array(2 * points);
  for (let i = 0; i < 2 * points; i++) places[i] = axes[i & 1]![i >> 1]! * Math.sqrt(lengths[i & 1]!);
  return places;
}

/** Computes the symmetric probabilities that two points are neighbours [points, points]; they sum to 1. */
function computeAffinities(squaredDistances: Float64Array, points: number): Float64Array {
  const target = Math.log(Math.min(maximumPerplexity, (points - 1) / 3));
  const affinities = new Float64Array(points * points);
  const row = new Float64Array(points);
  for (let i = 0; i < points; i++) {
    const own = squaredDistances.subarray(i * points, (i + 1) * points);
    const nearest = own.reduce((least, value, j) => (j === i ? least : Math.min(least, value)), Infinity);
    let [low, high] = [0, Infinity];
    let precision = 1 / (own.reduce((sum, value) => sum + value, 0) / points || 1);
    for (let round = 0; round < 60; round++) {
      let sum = 0;
      let moment = 0;
      for (let j = 0; j < points; j++) {
        const excess = own[j]! - nearest;
        row[j] = j === i ? 0 : Math.exp(-precision * excess);
        sum += row[j]!;
        moment += row[j]! * excess;
      }
      const entropy = Math.log(sum) + (precision * moment) / sum;
      for (let j = 0; j < points; j++) row[j]! /= sum;
      if (Math.abs(entropy - target) < 1e-4) break;
      if (entropy > target) low = precision;
      else high = precision;
      precision = high === Infinity ? precision * 2 : (low + high) / 2;
    }
    for (let j = 0; j < points; j++) {
      affinities[i * points + j]! += row[j]! / (2 * points);
      affinities[j * points + i]! += row[j]! / (2 * points);
    }
  }
  return affinities;
}

/** Moves the places [points, 2] by gradient descent with momentum and a gain per coordinate. */
function moveNeighbours(places: Float64Array, affinities: Float64Array, points: number): void {
  const spread = Math.sqrt(dot(places, places) / (2 * points)) || 1;
  for (let i = 0; i < places.length; i++) places[i]! *= 0.01 / spread;
  const rate = Math.max(20, points / exaggeration);
  const velocity = new Float64Array(places.length);
  const gains = new Float64Array(places.length).fill(1);
  const gradient = new Float64Array(places.length);
  const kernel = new Float64Array(points * points);
  for (let round = 0; round < rounds; round++) {
    const factor = round < exaggeratedRounds ? exaggeration : 1;
    const momentum = round < exaggeratedRounds ? 0.5 : 0.8;
    const total = fillKernel(kernel, places, points);
    fillGradient(gradient, { kernel, places, affinities, points, factor, total });
    for (let i = 0; i < places.length; i++) {
      gains[i] = gradient[i]! * velocity[i]! > 0 ? Math.max(0.01, gains[i]! * 0.8) : gains[i]! + 0.2;
      velocity[i] = momentum * velocity[i]! - rate * gains[i]! * gradient[i]!;
      places[i]! += velocity[i]!;
    }
  }
}

/** Computes the similarity of every two points on the map, and returns the sum. */
function fillKernel(kernel: Float64Array, places: Float64Array, points: number): number {
  let total = 0;
  for (let i = 0; i < points; i++) {
    for (let j = 0; j < i; j++) {
      const x = places[2 * i]! - places[2 * j]!;
      const y = places[2 * i + 1]! - places[2 * j + 1]!;
      const value = 1 / (1 + x * x + y * y);
      kernel[i * points + j] = value;
      total += 2 * value;
    }
  }
  return total;
}

function fillGradient(
  gradient: Float64Array,
  {
    kernel,
    places,
    affinities,
    points,
    factor,
    total,
  }: Record<"kernel" | "places" | "affinities", Float64Array> & Record<"points" | "factor" | "total", number>,
): void {
  gradient.fill(0);
  for (let i = 0; i < points; i++) {
    for (let j = 0; j < i; j++) {
      const value = kernel[i * points + j]!;
      const pull = 4 * (factor * affinities[i * points + j]! - value / total) * value;
      const x = pull * (places[2 * i]! - places[2 * j]!);
      const y = pull * (places[2 * i + 1]! - places[2 * j + 1]!);
      gradient[2 * i]! += x;
      gradient[2 * j]! -= x;
      gradient[2 * i + 1]! += y;
      gradient[2 * j + 1]! -= y;
    }
  }
}

function normalise(places: Float64Array, points: number): MapPosition[] {
  const axes = [0, 1].map((axis) => {
    const values = Array.from({ length: points }, (_, i) => places[2 * i + axis]!);
    const low = values.reduce((a, b) => Math.min(a, b));
    const high = values.reduce((a, b) => Math.max(a, b));
    return { low, range: high - low };
  });
  const range = Math.max(...axes.map((axis) => axis.range)) || 1;
  const round = (value: number) => Math.round(value * 1e4) / 1e4;
  const at = (i: number, axis: 0 | 1) => {
    const { low, range: own } = axes[axis]!;
    return round(0.5 + (places[2 * i + axis]! - low - own / 2) / range);
  };
  return Array.from({ length: points }, (_, i) => [at(i, 0), at(i, 1)] as const);
}
