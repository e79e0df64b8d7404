import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeSafeName } from "./safe-name.ts";

describe("a safe name", () => {
  it("keeps letters of any language, but no path", () => {
    expect(makeSafeName("Свет, включи!")).toBe("Свет, включи!");
    expect(makeSafeName("a/../b")).toBe("a-..-b");
    expect(makeSafeName("..")).toBe("class");
    expect(makeSafeName(" . ")).toBe("class");
    expect(makeSafeName("C:\\x\u0000y")).toBe("C-x-y");
    expect(makeSafeName(`${"a".repeat(59)} 🎙 b`)).toBe("a".repeat(59));
  });

  it("is never empty, a dot or two, longer than 60 characters, or of more than one part", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const name = makeSafeName(text);
        expect(name).not.toMatch(/^\.{0,2}$|[/\\\p{Cc}]/u);
        expect([...name].length).toBeLessThanOrEqual(60);
      }),
    );
  });
});
