/** Rendering: interpolated text never becomes markup. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { encodeDataBlock, renderMarkup } from "./report/page.tsx";

describe("renderMarkup", () => {
  it("escapes texts and attributes, leaves out undefined and false", () => {
    const text = "<\"&'";
    expect(
      renderMarkup(
        <p title={text} class={undefined}>
          {text}
          {[1, "&"]}
          {undefined}
          {false}
        </p>,
      ),
    ).toBe("<p title=\"&lt;&quot;&amp;'\">&lt;&quot;&amp;'1&amp;</p>");
  });

  it("replaces what HTML does not allow and what turns the direction of text", () => {
    expect(renderMarkup(<b>{"a\u0000b\u202ec\ud800d\te\nf 😀"}</b>)).toBe(
      "<b>a\ufffdb\ufffdc\ufffdd\te\nf 😀</b>",
    );
  });

  test.prop([fc.string({ unit: "binary" })])("leaves no sign that could open or close anything", (text) => {
    const inner = renderMarkup(<b>{text}</b>).slice("<b>".length, -"</b>".length);
    expect(inner).not.toMatch(/[<"]|&(?!(amp|lt|quot);)/);
    const attribute = renderMarkup(<b title={text} />);
    expect(attribute.replace(/^<b( title(="[^"<]*")?)?><\/b>$/, "")).toBe("");
  });
});

describe("encodeDataBlock", () => {
  test.prop([fc.string({ unit: "grapheme" })])(
    "comes back as it was, and cannot close its element",
    (text) => {
      const json = encodeDataBlock([text, "</script><!--"]);
      expect(json).not.toMatch(/[<>&]/);
      expect(JSON.parse(json)).toEqual([text, "</script><!--"]);
    },
  );
});
