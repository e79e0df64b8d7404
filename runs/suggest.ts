/**
 * Measures how many labels `golem suggest` saves: labelling is simulated on real recordings, with four
 * published methods of choice and with random choice.
 *
 *   npx tsx runs/suggest.ts --data FOLDER [--sets digits,...] [--draws 12] [--out runs/results]
 *
 * FOLDER contains the sets. Writes OUT/suggest.json, suggest.md and suggest.svg. Curves that are already in
 * suggest.json are kept, so that a run can be continued; delete it to start again. All methods are tried on
 * the first draws; the other draws are only for the one that was chosen.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { GolemError } from "../src/core/error.ts";
import { drawPart, openMaterial, type PoolKind } from "./suggest/material.ts";
import { chooseRandomly, methods } from "./suggest/methods.ts";
import {
  choosingDraws,
  chosenMethod,
  drawFigure,
  type Findings,
  type MeasuredDraw,
  writeReport,
} from "./suggest/report.ts";
import { computeMeanCurve } from "./suggest/savings.ts";
import { simulateLabelling, startSimulation } from "./suggest/simulate.ts";

/** Number of batches that are labelled, and of runs of random choice per draw. */
const batches = 8;
const randomRuns = 3;
const kinds: readonly PoolKind[] = ["balanced", "long tail"];

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/data" },
    sets: { type: "string", default: "digits,drinks,esc10,commands,wakewords" },
    draws: { type: "string", default: "12" },
    out: { type: "string", default: "runs/results" },
  },
});
const path = join(values.out, "suggest.json");
mkdirSync(values.out, { recursive: true });
const known: Findings | undefined = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
const measured: MeasuredDraw[] = [...(known?.measured ?? [])];
const failed: string[] = [];
const note = known?.note;
const madeWith = `Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}`;

for (const set of values.sets.split(",")) {
  const material = await openMaterial(set, join(values.data, set));
  for (let seed = 0; seed < Number(values.draws); seed++) {
    for (const kind of kinds) {
      const cell = measured.find((m) => m.set === set && m.kind === kind && m.seed === seed);
      const wanted = ["random", ...(seed < choosingDraws ? Object.keys(methods) : [chosenMethod])];
      const missing = wanted.filter((way) => !cell?.curves[way]);
      if (missing.length === 0) continue;
      const draw = drawPart(material, kind, seed);
      const simulation = startSimulation(material, draw);
      const curves: Record<string, number[]> = {};
      try {
        for (const way of missing) {
          const runs = Array.from({ length: way === "random" ? randomRuns : 1 }, (_, run) =>
            simulateLabelling(simulation, methods[way] ?? chooseRandomly, {
              ...{ batches, seed: randomRuns * seed + run },
            }),
          );
          curves[way] = computeMeanCurve(runs);
        }
      } catch (error) {
        if (!(error instanceof GolemError)) throw error;
        failed.push(`${set}, ${kind} pool, draw ${seed}: ${error.message}`);
        console.error(failed.at(-1));
        continue;
      }
      const { start, pool, test } = draw;
      if (cell) measured.splice(measured.indexOf(cell), 1);
      measured.push({
        ...{ set, kind, seed, classes: material.classNames.length },
        ...{ start: start.length, pool: pool.length, test: test.length },
        curves: { ...cell?.curves, ...curves },
      });
      writeFileSync(path, `${JSON.stringify({ madeWith, measured, failed, note })}\n`);
      console.error(`${set}, ${kind} pool, draw ${seed}: ${pool.length} recordings in the pool`);
    }
  }
}
const findings: Findings = { madeWith, measured, failed, note };
writeFileSync(join(values.out, "suggest.md"), writeReport(findings));
writeFileSync(join(values.out, "suggest.svg"), drawFigure(findings));
