/** Marks on the map do not overlap, and all are within the drawing. */
import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { layOutMarks } from "./map-layout.ts";

it("parts marks that lie on each other and keeps them in the drawing", () => {
  const random = createRandom(3);
  const crowd = Array.from({ length: 60 }, (_, i) =>
    i < 20 ? ([0.5, 0.5] as const) : ([random.uniform(), random.uniform()] as const),
  );
  const radius = 7;
  const { places, height } = layOutMarks(crowd, 344, radius);
  for (const [i, [x, y]] of places.entries()) {
    expect(x).toBeGreaterThanOrEqual(radius);
    expect(x).toBeLessThanOrEqual(344 - radius);
    expect(y).toBeGreaterThanOrEqual(radius);
    expect(y).toBeLessThanOrEqual(height - radius);
    for (const [ox, oy] of places.slice(0, i))
      expect(Math.hypot(x - ox, y - oy)).toBeGreaterThan(1.7 * radius);
  }
});

it("moves nothing that has room", () => {
  const { places } = layOutMarks(
    [
      [0, 0],
      [1, 0],
      [0, 1],
    ],
    200,
    5,
  );
  expect(places[1]![0] - places[0]![0]).toBeCloseTo(places[2]![1] - places[0]![1], 6);
});
