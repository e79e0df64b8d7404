/**
 * Reproduces the article from which this project started: a frozen encoder, fifty recordings, one linear
 * layer. Then measures what the article leaves open (see article/experiments.ts).
 *
 *   npx tsx runs/article.ts [--data DATA] [--encoder ID] [--limit 50] [--out FOLDER] [--figures FOLDER] [--quick]
 *
 * DATA is MInDS-14 and ID facebook/wav2vec2-base unless given. If the Hub cannot be reached, the repository's
 * synthetic requests and moonshine-tiny are used instead, and one line says so. These write
 * FOLDER/article.json and article.md (default runs/results) and the figures of docs/lessons.md (default
 * docs/figures), whose text test/article.test.ts compares with them; other data write
 * FOLDER/article-ENCODER.json and .md, with their figures next to them. --quick measures only a part.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { minds14Address } from "../src/node/data/demo-data.ts";
import { describeScore, type Extent, fullExtent, runExperiments } from "./article/experiments.ts";
import { drawFigures } from "./article/figures.ts";
import { openMaterial } from "./article/material.ts";
import { writeReport } from "./article/report.ts";

const quickExtent: Extent = { seeds: 1, sizes: [0, 4, 16], epochs: [1, 10, 100] };

const { values } = parseArgs({
  options: {
    data: { type: "string", default: minds14Address },
    encoder: { type: "string", default: "facebook/wav2vec2-base" },
    limit: { type: "string", default: "50" },
    out: { type: "string", default: "runs/results" },
    figures: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});
const material = await openMaterial(values.data, values.encoder, Number(values.limit), (line) =>
  console.error(line),
);
const findings = await runExperiments(material, values.quick ? quickExtent : fullExtent, (line) =>
  console.error(line),
);
const madeWith = `Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}`;
// Measurements on other data do not change the figures of the lessons.
const name = findings.synthetic ? "article" : `article-${basename(findings.encoder)}`;
const figures = values.figures ?? (findings.synthetic ? "docs/figures" : join(values.out, name));
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, `${name}.json`), `${JSON.stringify({ madeWith, ...findings }, null, 1)}\n`);
writeFileSync(join(values.out, `${name}.md`), writeReport(findings, madeWith));
mkdirSync(figures, { recursive: true });
for (const [file, svg] of Object.entries(drawFigures(findings))) writeFileSync(join(figures, file), svg);
console.log(describeScore(findings.recipe, findings.chance));
for (const score of findings.defaults) console.log(describeScore(score, findings.chance));
