/**
 * The figures of docs/lessons.md, in each of its languages.
 *
 * Not its concern: how the findings were measured.
 */
import type { Findings } from "./experiments.ts";
import { type FigureWords, figureWords } from "./figure-words.ts";
import type { Score } from "./measure.ts";
import { drawBars, drawLegend, drawPage, drawPanel, drawText, type Line, type Panel } from "./svg.ts";

/** Draws all figures: file name to SVG. */
export function drawFigures(findings: Findings): Record<string, string> {
  const figures: Record<string, string> = {};
  for (const [ending, words] of Object.entries(figureWords)) {
    figures[`over-fitting${ending}`] = drawOverFitting(findings, words);
    figures[`layers${ending}`] = drawLayers(findings, words);
    figures[`transfer-learning${ending}`] = drawTransfer(findings, words);
  }
  return figures;
}

const getLines = (scores: readonly Score[]): Line[] => [
  { kind: "training", values: scores.map(({ trainAccuracy }) => trainAccuracy) },
  {
    kind: "held",
    values: scores.map(({ heldOut }) => heldOut),
    band: scores.map(({ interval }) => interval),
  },
];

const createAccuracyPanel = (
  title: string,
  steps: readonly string[],
  scores: readonly Score[],
  guess: number,
): Panel => ({
  ...{ title, steps, guess, lines: getLines(scores), maximum: 1.04, ticks: [0, 0.25, 0.5, 0.75, 1] },
  format: (value) => `${100 * value} %`,
});

const getLegend = (words: FigureWords) => [
  { kind: "training", text: words.training },
  { kind: "held", text: words.heldOut },
  { kind: "guess", text: words.guessing },
];

/** Draws two lines that say what was measured, since figures may be copied without their page. */
function drawSource(findings: Findings, words: FigureWords, y: number): string[] {
  const { data, synthetic, encoder, trained, tested, classes } = findings;
  return [
    drawText(24, y, `${data}${synthetic ? ` (${words.synthetic})` : ""}, ${encoder}`, { kind: "small" }),
    drawText(24, y + 18, words.counts(trained, tested, classes), { kind: "small" }),
  ];
}

function drawOverFitting(findings: Findings, words: FigureWords): string {
  const { sizes, epochs, chance, classes } = findings;
  const bySize = sizes.map(({ hidden }) => (hidden === 0 ? words.linear : String(hidden)));
  const byEpochs = epochs.map((score) => String(score.epochs));
  const losses = epochs.map(({ logLoss }) => logLoss);
  const maximum = Math.max(...losses, Math.log(classes)) * 1.15;
  const loss: Panel = {
    ...{ title: words.loss, steps: byEpochs, maximum, guess: Math.log(classes) },
    lines: [{ kind: "held", values: losses }],
    ticks: [0, 1, 2, 3, 4, 5, 6, 8, 10].filter((tick) => tick <= maximum),
    format: (value) => words.number(value, 0),
  };
  const panels = [
    { ...createAccuracyPanel(words.sizes, bySize, sizes, chance), apart: sizes[0]?.hidden === 0 },
    createAccuracyPanel(words.epochs, byEpochs, epochs, chance),
    loss,
  ];
  return drawPage(960, 412, `${words.sizes}. ${words.epochs}. ${words.loss}.`, [
    ...panels.flatMap((panel, i) =>
      drawPanel(panel, { left: 8 + 316 * i, top: 14, width: 312, height: 270 }),
    ),
    ...drawLegend(24, 318, getLegend(words)),
    ...drawSource(findings, words, 380),
  ]);
}

function drawLayers(findings: Findings, words: FigureWords): string {
  const { layers, chance } = findings;
  const steps = layers.map(({ layer }) => String(layer));
  return drawPage(640, 420, words.layers, [
    ...drawPanel(createAccuracyPanel(words.layers, steps, layers, chance), {
      ...{ left: 8, top: 14, width: 620, height: 280 },
    }),
    ...drawLegend(24, 326, getLegend(words)),
    ...drawSource(findings, words, 388),
  ]);
}

function drawTransfer(findings: Findings, words: FigureWords): string {
  const { inputs, chance } = findings;
  const bars = inputs.map(({ input, head, trainAccuracy, heldOut, interval }) => ({
    name: `${input === "log-mel" ? words.fromScratch : input}: ${words.heads[head]}`,
    ...{ training: trainAccuracy, held: heldOut, interval },
    text: `${words.number(100 * heldOut, 1)} %`,
  }));
  const bottom = 30 + 34 * bars.length;
  return drawPage(860, bottom + 118, words.heldOut, [
    ...drawBars(bars, chance, { left: 320, top: 24, width: 520 }),
    ...drawLegend(24, bottom + 24, [
      { kind: "pale", text: words.training },
      { kind: "held-dot", text: words.heldOut },
      { kind: "guess", text: words.guessing },
    ]),
    ...drawSource(findings, words, bottom + 86),
  ]);
}
