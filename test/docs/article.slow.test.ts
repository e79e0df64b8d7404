/** The article's run on a small part of the repository's own recordings, and whether the lessons say what was measured. */
import { readdirSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { describeScore, type Findings, runExperiments } from "../../runs/article/experiments.ts";
import { drawFigures } from "../../runs/article/figures.ts";
import { type Material, openMaterial } from "../../runs/article/material.ts";
import type { Score } from "../../runs/article/measure.ts";
import { formatPercent, writeReport } from "../../runs/article/report.ts";
import { minds14Address } from "../../src/node/data/demo-data.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(resolve(root, path), "utf8");

/** What the run takes where the Hub cannot be reached, and what it says. */
async function openFallback(): Promise<{ material: Material; lines: string[] }> {
  vi.stubEnv("HF_ENDPOINT", "http://127.0.0.1:49151");
  vi.stubEnv("HF_HOME", await createScratchFolder());
  onTestFinished(() => void vi.unstubAllEnvs());
  const lines: string[] = [];
  const material = await openMaterial(minds14Address, "facebook/wav2vec2-base", 50, (line) =>
    lines.push(line),
  );
  return { material, lines };
}

/** Three classes of it, four recordings to learn from and three to test on. */
function takePart(material: Material): Material {
  const counts = new Map<string, number>();
  const recordings = material.dataset.recordings.filter(({ label, split }) => {
    const key = `${label} ${split}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return ["abroad", "balance", "freeze"].includes(label) && counts.get(key)! <= (split === "test" ? 3 : 4);
  });
  return { ...material, dataset: { ...material.dataset, recordings } };
}

describe("runs/article where the Hub cannot be reached", () => {
  it("says so in one line, and measures the same on the repository's recordings", async () => {
    const { material, lines } = await openFallback();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/Hub cannot be reached; demo\/banking \(synthetic\) with moonshine-tiny/);
    expect(lines[0]).not.toContain("\n");

    const said: string[] = [];
    const extent = { seeds: 1, sizes: [0, 4], epochs: [1, 30] };
    const findings = await runExperiments(takePart(material), extent, (line) => said.push(line));
    expect(said[0]).toMatch(
      /training accuracy \d+\.\d %, held-out accuracy \d+\.\d % \(95 % interval .*\), chance 33\.3 %/,
    );
    expect(findings).toMatchObject({ synthetic: true, classes: 3, trained: 12, tested: 9, dimensions: 288 });
    expect(findings.recipe).toMatchObject({ features: 288, parameters: (288 + 1) * 3, layer: 6 });
    expect(findings.sizes.map(({ parameters }) => parameters)).toEqual([289 * 3, 289 * 4 + 5 * 3]);
    expect(findings.inputs.map(({ features }) => features)).toEqual([288, 288, 100, 100, 1280, 1280]);
    expect(findings.layers.map(({ layer }) => layer)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(findings.strangers).toMatchObject({ classes: ["freeze"], recordings: 3, knownRecordings: 6 });
    expect(writeReport(findings, "a test")).toContain("288 -> 3");
  });

  it("refuses other shapes than the article's for the article's data", async () => {
    const { material } = await openFallback();
    const misnamed = { ...takePart(material), data: minds14Address };
    const extent = { seeds: 1, sizes: [], epochs: [] };
    await expect(runExperiments(misnamed, extent, () => {})).rejects.toThrow(/3 !== 14/);
  });
});

describe("the lessons", () => {
  const findings = JSON.parse(read("runs/results/article.json")) as Findings & { madeWith: string };
  const { recipe, sizes, epochs, inputs, layers, defaults } = findings;
  const scores: Score[] = [recipe, ...sizes, ...epochs, ...inputs, ...layers, ...defaults];
  const describeRow = ({ trainAccuracy, heldOut, interval, logLoss }: Score): string =>
    [trainAccuracy, heldOut, ...interval].map(formatPercent).concat(logLoss.toFixed(2)).join(" ");

  it("show the figures and the report that the measurements give", () => {
    const figures = drawFigures(findings);
    const drawn = readdirSync(resolve(root, "docs/figures")).filter((name) => name.endsWith(".svg"));
    expect(drawn.sort()).toEqual(Object.keys(figures).sort());
    for (const [name, svg] of Object.entries(figures)) expect(read(`docs/figures/${name}`)).toBe(svg);
    expect(read("runs/results/article.md")).toBe(writeReport(findings, findings.madeWith));
  });

  for (const [file, decimal] of [
    ["docs/lessons.md", "."],
    ["docs/lessons.ru.md", ","],
  ] as const) {
    // Numbers that others published stand in paragraphs that name MAEB.
    const measured = read(file)
      .split("\n\n")
      .filter((paragraph) => !paragraph.includes("MAEB"))
      .join("\n\n");
    const text = decimal === "," ? measured.replaceAll(/(\d),(\d)/g, "$1.$2") : measured;

    it(`have tables that were measured: ${file}`, () => {
      const rows = text.split("\n").filter((line) => /^\|.*\d\.\d/.test(line));
      const known = scores.map(describeRow);
      expect(rows.length).toBeGreaterThanOrEqual(8);
      for (const row of rows) {
        const cells = row.split("|").slice(2).join(" ");
        expect(known).toContain(cells.match(/\d+\.\d+( %)?/g)!.join(" "));
      }
    });

    it(`have no number that was not measured: ${file}`, () => {
      const { strangers, chance, classes } = findings;
      const shares = [
        ...scores.flatMap(({ trainAccuracy, heldOut, interval }) => [trainAccuracy, heldOut, ...interval]),
        ...defaults.flatMap(({ words, flagged, accuracyOfAnswered }) => [words, flagged, accuracyOfAnswered]),
        ...[chance, strangers.flagged, strangers.knownFlagged],
      ].map(formatPercent);
      const found = text.match(/\d+\.\d %/g)!;
      expect(found.length).toBeGreaterThan(20);
      for (const share of found) expect(shares).toContain(share);
      const losses = [...scores.map(({ logLoss }) => logLoss), Math.log(classes)].map((x) => x.toFixed(2));
      for (const loss of text.match(/\d+\.\d\d(?!\d| %)/g)!) expect(losses).toContain(loss);
      for (const parameters of text.match(/\b\d{4,}(?= learned| обучаемых)/g)!) {
        expect(scores.map((score) => String(score.parameters))).toContain(parameters);
      }
    });

    it(`say of the unknown what was measured: ${file}`, () => {
      const paragraph = text.split("\n\n").find((part) => part.includes("unknown.md"))!;
      const known = read("runs/results/unknown.md").match(/\b\d+ %/g)!;
      // 96 is the share of held-out training recordings above the threshold.
      const said = paragraph.match(/\b\d+ %/g)!.filter((share) => share !== "96 %");
      expect(said.length).toBeGreaterThan(5);
      for (const share of said) expect(known).toContain(share);
    });

    it(`name data and encoder, and both accuracies of the recipe: ${file}`, () => {
      expect(text).toContain(findings.data);
      expect(text).toContain(findings.encoder);
      for (const count of [findings.trained, findings.tested, findings.dimensions]) {
        expect(text).toMatch(new RegExp(`\\b${count}\\b`));
      }
      expect(describeScore(recipe, findings.chance)).toContain(formatPercent(recipe.trainAccuracy));
      expect(text).toContain(formatPercent(recipe.heldOut));
    });
  }
});
