/**
 * Lays out the marks of a map without overlap: positions are scaled to the drawing, then overlapping marks
 * are pushed apart as little as possible (constraint projection as in position-based dynamics, Müller 2007).
 */

/** Where marks are, in pixels from the upper left corner, and the height that they need. */
interface MapLayout {
  readonly places: readonly (readonly [x: number, y: number])[];
  readonly height: number;
}

const rounds = 80;

/** Lays out marks of `radius` in a drawing of `width`, both in pixels. */
export function layOutMarks(
  positions: readonly (readonly [x: number, y: number])[],
  width: number,
  radius: number,
): MapLayout {
  const margin = radius + 3;
  const xs = Float64Array.from(positions, ([x]) => x);
  const ys = Float64Array.from(positions, ([, y]) => y);
  const scale = (width - 2 * margin) / (Math.max(getRange(xs), 0.6 * getRange(ys)) || 1);
  for (let i = 0; i < xs.length; i++) {
    xs[i]! *= scale;
    ys[i]! *= scale;
  }
  separate(xs, ys, 2 * radius + 1);
  // If marks were pushed over the edge, everything is drawn a little smaller.
  const shrink = Math.min(1, (width - 2 * margin) / (getRange(xs) || 1));
  const [left, top] = [getLeast(xs), getLeast(ys)];
  const indent = margin + (width - 2 * margin - shrink * getRange(xs)) / 2;
  return {
    places: positions.map((_, i) => [indent + shrink * (xs[i]! - left), margin + shrink * (ys[i]! - top)]),
    height: shrink * getRange(ys) + 2 * margin,
  };
}

function separate(xs: Float64Array, ys: Float64Array, distance: number): void {
  for (let round = 0, moved = true; moved && round < rounds; round++) {
    moved = false;
    for (let i = 0; i < xs.length; i++) {
      for (let j = 0; j < i; j++) {
        const x = xs[i]! - xs[j]!;
        const y = ys[i]! - ys[j]!;
        if (Math.abs(x) >= distance || Math.abs(y) >= distance) continue;
        const length = Math.hypot(x, y);
        if (length >= distance) continue;
        moved = true;
        // Marks at the same position move apart in a direction that depends on their number.
        const [dx, dy] = length > 1e-6 ? [x / length, y / length] : [Math.cos(i), Math.sin(i)];
        const push = (distance - length) / 2;
        xs[i]! += push * dx;
        ys[i]! += push * dy;
        xs[j]! -= push * dx;
        ys[j]! -= push * dy;
      }
    }
  }
}

/**
 * Finds for each mark the marks to its right, below, left and above that arrow keys lead to: close along the
 * axis and with little offset from it; -1 if there is none.
 */
export function findNeighbours(
  places: readonly (readonly [x: number, y: number])[],
): (readonly [right: number, below: number, left: number, above: number])[] {
  // Numbers in place of pairs: 500 marks are compared a million times, and pairs would be 250 MB of garbage.
  const xs = Float64Array.from(places, ([x]) => x);
  const ys = Float64Array.from(places, ([, y]) => y);
  return places.map((_, mark) => [
    findNeighbour(xs, ys, mark, 1, 0),
    findNeighbour(xs, ys, mark, 0, 1),
    findNeighbour(xs, ys, mark, -1, 0),
    findNeighbour(xs, ys, mark, 0, -1),
  ]);
}

/** Finds the neighbour of a mark in the direction (right, down), of which one is 0 and the other 1 or -1. */
function findNeighbour(
  xs: Float64Array,
  ys: Float64Array,
  mark: number,
  right: number,
  down: number,
): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < xs.length; i++) {
    const dx = xs[i]! - xs[mark]!;
    const dy = ys[i]! - ys[mark]!;
    const along = right * dx + down * dy;
    const cost = along + 2 * Math.abs(right === 0 ? dx : dy);
    if (along <= 0.5 || cost >= least) continue;
    best = i;
    least = cost;
  }
  return best;
}

const getLeast = (values: Float64Array): number => values.reduce((a, b) => Math.min(a, b));
const getRange = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b)) - getLeast(values);
