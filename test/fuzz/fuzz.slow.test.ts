/** Two minutes of mutated inputs for the real parsers, in all areas; the inputs of fuzz-areas.slow.test.ts continued. */
import { expect, it } from "vitest";
import { areaNames, getAreaModule } from "../../fuzz/area.ts";
import { fuzzArea } from "../../fuzz/watch.ts";

it.each(areaNames)("%s finds no fault in twenty seconds", async (name) => {
  const options = { module: getAreaModule(name), seed: 0, from: 60, count: 1_000_000, seconds: 20 };
  const { findings, inputs } = await fuzzArea(options);
  expect(findings).toEqual([]);
  expect(inputs).toBeGreaterThan(0);
});
