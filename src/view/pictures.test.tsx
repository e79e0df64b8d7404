/** The shared pictures: values give the right marks, whatever the names of the classes. */
import { describe, expect, it } from "vitest";
import { ConfusionMatrix } from "./confusion-matrix.tsx";
import { CurvePicture } from "./curve-picture.tsx";
import { type MapMark, RecordingMap } from "./recording-map.tsx";
import { renderMarkup } from "./report/page.tsx";
import { ScorePicture } from "./score-picture.tsx";
import { ShareBar } from "./share-bar.tsx";

const hostile = `"><img src=x onerror="alert(1)">`;
const escaped = "&quot;>&lt;img src=x onerror=&quot;alert(1)&quot;>";

/** The start tags of all elements of a kind. */
const listTags = (markup: string, name: string) => markup.match(new RegExp(`<${name}[ >][^>]*`, "g")) ?? [];

const getNumbers = (tags: readonly string[], attribute: string) =>
  tags.map((tag) => Number(new RegExp(` ${attribute}="([^"]*)"`).exec(tag)?.[1]));

describe("the confusion matrix", () => {
  const labels = ["cat", hostile, "owl"];
  const evaluation = {
    labels,
    confusion: [
      [4, 1.5, 0],
      [0, 5, 0.01],
      [0, 0, 0],
    ],
    perClass: {
      cat: { support: 5, recall: 0.8, precision: 1 },
      [hostile]: { support: 5, recall: 1, precision: 0.7692 },
      owl: { support: 0, recall: 0, precision: 0 },
    },
  };
  const words = {
    ...{ name: "Confusion matrix", recorded: "recorded", found: "found" },
    tell: (count: string, truth: string, predicted: string) => `${count} ${truth} as ${predicted}`,
  };

  it("has a button for every cell that is not empty, named, counted and shaded", () => {
    const markup = renderMarkup(
      <ConfusionMatrix labels={labels} evaluation={evaluation} words={words} chosen={[0, 1]} />,
    );
    const buttons = listTags(markup.replaceAll(escaped, "HOSTILE"), "button");
    expect(buttons).toHaveLength(4);
    expect(buttons.map((tag) => /aria-label="([^"]*)"/.exec(tag)?.[1])).toEqual([
      "4 cat as cat",
      "2 cat as HOSTILE",
      "5 HOSTILE as HOSTILE",
      "· HOSTILE as owl",
    ]);
    expect(buttons.map((tag) => /class="cell ([^"]*)"/.exec(tag)?.[1])).toEqual([
      "hit s4",
      "miss s2",
      "hit s5",
      "miss s1",
    ]);
    expect(buttons.map((tag) => tag.includes('aria-pressed="true"'))).toEqual([false, true, false, false]);
    expect(markup).toContain(">80\u00a0%<");
    expect(markup).not.toContain("<img");
    expect(markup).not.toContain("<tfoot");
  });

  it("orders and numbers classes as given, and opens only cells with recordings", () => {
    const markup = renderMarkup(
      <ConfusionMatrix
        labels={["owl", "cat"]}
        evaluation={evaluation}
        getNumber={(label) => (label === "cat" ? 7 : 8)}
        words={{ ...words, right: "right" }}
        canOpen={() => false}
      />,
    );
    expect(markup).not.toContain("<button");
    expect(markup.match(/<td>(?!<\/td>)/g)).toHaveLength(1);
    expect(markup.match(/class="mark k\d"/g)).toEqual([
      ...['class="mark k8"', 'class="mark k7"'],
      ...['class="mark k8"', 'class="mark k7"'],
    ]);
    expect(markup).toContain('<td class="right">–</td><td class="right">100</td>');
  });
});

describe("the learning curve", () => {
  const interval = [0.4, 0.6] as const;
  const point = { recall: {}, repeats: 1, interval };
  const growth = { recordings: 1, gain: 0, gainInterval: interval, interval };
  const curve = {
    chance: 0.25,
    points: [
      { ...point, shots: 1, recordingsPerClass: 1, balancedAccuracy: 0.25 },
      { ...point, shots: 4, recordingsPerClass: 4, balancedAccuracy: 0.5 },
    ],
    forecasts: [{ ...growth, growth: 2, recordingsPerClass: 16, balancedAccuracy: 1 }],
  };

  it("has a dot for each measured size, on a logarithmic axis, and a forecast that begins where measuring ends", () => {
    const markup = renderMarkup(
      <CurvePicture curve={curve} width={680} words={{ axis: hostile, guessing: "guessing" }} />,
    );
    const dots = listTags(markup, "circle");
    const [first, second] = getNumbers(dots, "cx") as [number, number];
    expect(dots).toHaveLength(2);
    // 1, 4 and 16 are equally far from each other.
    expect(second - first).toBeCloseTo((680 - 20 - 12 - first) / 2, 0);
    const [low, high] = getNumbers(dots, "cy") as [number, number];
    expect(low - high).toBeCloseTo((330 - 16) / 4, 0);
    expect(markup.match(/<polyline class="line dashed" points="([^"]*)"/)?.[1]).toMatch(
      new RegExp(`^${second},${high} `),
    );
    expect(markup).toContain(`aria-label="${escaped}: 1: 25\u00a0%, 4: 50\u00a0%, 16: 100\u00a0%"`);
    expect(markup).not.toContain("<img");
  });

  it("draws one size without a forecast", () => {
    const one = { ...curve, points: curve.points.slice(0, 1), forecasts: [] };
    const markup = renderMarkup(
      <CurvePicture curve={one} width={344} words={{ axis: "a", guessing: "g" }} />,
    );
    expect(listTags(markup, "circle")).toHaveLength(1);
    expect(markup).not.toContain("NaN");
    expect(markup).not.toContain("dashed");
  });
});

describe("the score", () => {
  const words = { label: "told", heldOut: hostile, trained: "trained", guessing: "guessing" };

  for (const width of [1000, 344]) {
    it(`puts interval, score and guessing on one scale, ${width} pixels wide`, () => {
      const scores = {
        balancedAccuracy: 0.5,
        interval: [0.25, 0.75],
        chance: 0.1,
        trainAccuracy: 1,
      } as const;
      const markup = renderMarkup(<ScorePicture scores={scores} width={width} words={words} />);
      const [band] = listTags(markup, "rect");
      const [start] = getNumbers([band!], "x") as [number];
      const [length] = getNumbers([band!], "width") as [number];
      const [score, trained] = getNumbers(listTags(markup, "circle"), "cx") as [number, number];
      expect(start + length / 2).toBeCloseTo(score, 0);
      expect(trained - score).toBeCloseTo(length, 0);
      expect(trained).toBeLessThan(width);
      expect(markup).toContain("guessing 10\u00a0%");
      expect(markup).toContain(`role="img" aria-label="told"`);
      expect(markup).not.toContain("<img");
    });
  }
});

describe("the map", () => {
  const marks: MapMark[] = [
    [0.1, 0.5],
    [0.9, 0.5],
    [0.5, 0.1],
  ].map(([x, y], index) => ({
    ...{ index: 10 + index, position: [x!, y!] as const, number: index - 1, isTrained: index > 0 },
    ...{ isWrong: index === 1, name: hostile },
  }));

  it("has a named mark for each recording, one of them in the order of keys, with the marks around it", () => {
    const markup = renderMarkup(<RecordingMap marks={marks} playing={12} width={400} label="the map" />);
    const groups = listTags(markup.replaceAll(escaped, "HOSTILE"), "g");
    expect(groups.map((tag) => /aria-label="([^"]*)"/.exec(tag)?.[1])).toEqual([
      "?, HOSTILE",
      "1, HOSTILE",
      "2, HOSTILE",
    ]);
    expect(groups.map((tag) => /class="([^"]*)"/.exec(tag)?.[1])).toEqual([
      "dot k0",
      "dot k0 wrong",
      "dot k1 on",
    ]);
    expect(getNumbers(groups, "tabindex")).toEqual([0, -1, -1]);
    expect(getNumbers(groups, "data-rec")).toEqual([10, 11, 12]);
    expect(groups.map((tag) => /data-near="([^"]*)"/.exec(tag)?.[1])).toEqual([
      "1 -1 -1 2",
      "-1 -1 0 2",
      "1 0 0 -1",
    ]);
    // Test recordings are squares, training recordings circles.
    expect(listTags(markup, "rect")).toHaveLength(1);
    expect(listTags(markup, "circle")).toHaveLength(2);
    const [left, right] = getNumbers(listTags(markup, "circle"), "cx") as [number, number];
    expect(left).toBeGreaterThan(right);
    expect(markup).not.toContain("<img");
  });
});

describe("a bar of a share", () => {
  it("is as long as the share, and empty where there is none", () => {
    expect(listTags(renderMarkup(<ShareBar share={0.123456} />), "rect")[1]).toContain('width="12.3%"');
    expect(renderMarkup(<ShareBar share={0.5} />)).toContain('data-share="0.5000"');
    expect(renderMarkup(<ShareBar share={undefined} />)).not.toContain("data-share");
  });
});
