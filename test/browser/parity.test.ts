/** One golem gives one answer in Node, over HTTP and on a page, where words decide too: a few recordings. */
import { describe, expect, it } from "vitest";
import { loadGolem } from "../../src/index.ts";
import { browserNote, browserPath } from "../support/browser/browser.ts";
import { getSmallGolem } from "../support/browser/golem-page.ts";
import { compareWays, expectParity, expectSameWords } from "../support/ways.ts";

describe.skipIf(!browserPath)(`Node, server and page${browserNote}`, () => {
  it("agree on a few recordings, and on their words", async () => {
    const golem = await loadGolem(await getSmallGolem());
    const { page, server } = await compareWays(golem, ["abroad", "balance", "freeze"]);
    expect(page.length).toBeGreaterThanOrEqual(3);
    for (const [way, pairs] of [
      ["page", page],
      ["server", server],
    ] as const) {
      expectParity(way, pairs);
      expectSameWords(way, pairs);
    }
  });
});
