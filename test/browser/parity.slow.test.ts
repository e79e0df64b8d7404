/** One golem gives one answer in Node, over HTTP and on a page: all classes of the demo, every format, with words and without. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { train } from "../../src/index.ts";
import { browserNote, browserPath } from "../support/browser/browser.ts";
import { bankingFolder } from "../support/browser/golem-page.ts";
import { compareWays, expectParity, expectSameWords } from "../support/ways.ts";

const labels = readdirSync(join(bankingFolder, "test"));

describe.skipIf(!browserPath)(`Node, server and page${browserNote}`, () => {
  it("agree by sound alone, in every format", async () => {
    const { page, server } = await compareWays(await train(bankingFolder, { transcript: false }), labels);
    expectParity("page", page);
    expectParity("server", server);
    for (const { native, other } of [...page, ...server]) {
      expect(native.transcript).toBeUndefined();
      expect(other.transcript).toBeUndefined();
    }
  }, 400_000);

  it("agree where words decide, and on the words", async () => {
    const { page, server } = await compareWays(await train(bankingFolder), labels);
    expectParity("page", page);
    expectSameWords("page", page);
    expectParity("server", server);
    expectSameWords("server", server);
  }, 400_000);
});
