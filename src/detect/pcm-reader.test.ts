/** The samples do not depend on the division of the bytes into pieces. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { createPcmReader, pcmFormats } from "./pcm-reader.ts";

it.each(pcmFormats)("reads %s in pieces of any size", (format) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.array(fc.nat(20)), (bytes, sizes) => {
      const whole = [...createPcmReader(format).push(bytes)];
      const reader = createPcmReader(format);
      const pieces: number[] = [];
      let at = 0;
      for (const size of [...sizes, bytes.length]) {
        pieces.push(...reader.push(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(pieces).toEqual(whole);
      expect(reader.getRest()).toBe(bytes.length % (format === "s16le" ? 2 : 4));
    }),
  );
});

it("converts full scale to 1", () => {
  const bytes = new Uint8Array(Int16Array.of(-32_768, 16_384, 0).buffer);
  expect([...createPcmReader("s16le").push(bytes)]).toEqual([-1, 0.5, 0]);
});
