/** An area whose parser has faults: each letter of an input is one. */
import type { FuzzArea } from "../../fuzz/area.ts";
import { GolemError } from "../../src/core/error.ts";

/** The area. */
export const area: FuzzArea = {
  createCorpus: async () => ({ input: new TextEncoder().encode("........") }),
  open: async () => ({
    async parse(bytes) {
      const [first] = bytes;
      if (first === undefined || first === 0x2e) return;
      // Bits of the first byte that were flipped.
      if (first === 0x2f) throw new TypeError("a raw error");
      if (first === 0x2c) process.abort();
      if (first === 0x2a) while (true);
      throw new GolemError("invalid-data", "refused");
    },
  }),
};
