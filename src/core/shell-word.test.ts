/** Words of a shell. */
import { expect, it } from "vitest";
import { quoteShellWord } from "./shell-word.ts";

it("quotes words for the shell", () => {
  expect(quoteShellWord("demo/banking")).toBe("demo/banking");
  expect(quoteShellWord("it's; rm -rf")).toBe(`'it'\\''s; rm -rf'`);
});
