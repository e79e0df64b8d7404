/** Markup: nothing that is interpolated gets out of its place. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { escapeText, html, trust, writeDataBlock } from "./markup.ts";

describe("html", () => {
  it("escapes texts, keeps markup, leaves out undefined and false", () => {
    const inner = html`<b>${'<"&'}</b>`;
    expect(html`<p title="${`"'`}">${inner}${[1, "&"]}${undefined}${false}${trust("<i>")}</p>`.text).toBe(
      '<p title="&quot;&#39;"><b>&lt;&quot;&amp;</b>1&amp;<i></p>',
    );
  });

  it("replaces what HTML does not allow and what turns the direction of text", () => {
    expect(escapeText("a\u0000b\u202ec\ud800d\te\nf 😀")).toBe("a\ufffdb\ufffdc\ufffdd\te\nf 😀");
  });

  test.prop([fc.string({ unit: "binary" })])("leaves no sign that could open or close anything", (text) => {
    expect(escapeText(text)).not.toMatch(/[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
  });
});

describe("writeDataBlock", () => {
  test.prop([fc.string({ unit: "grapheme" })])(
    "comes back as it was, and cannot close its element",
    (text) => {
      const { text: block } = writeDataBlock("d", [text, "</script><!--"]);
      const json = block.slice(block.indexOf(">") + 1, block.lastIndexOf("<"));
      expect(json).not.toMatch(/[<>&]/);
      expect(JSON.parse(json)).toEqual([text, "</script><!--"]);
    },
  );
});
