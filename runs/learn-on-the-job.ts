/**
 * What one round of keeping, reviewing and updating does to false alarms in long recordings.
 *
 *   npx tsx runs/learn-on-the-job.ts [FOLDER] [DRAWS] [SETS] [OUT]
 *
 * FOLDER holds the data sets (default ../shared/data), DRAWS are seeds (default 1 to 8; 0 served to write this
 * script), SETS commands and esc10. In every draw some classes are targets, all others distractors, and three
 * long recordings in pink noise are put together of clips of different speakers or sources: A holds targets,
 * with annotations; B and C hold targets among many distractors. A golem is trained on A's segments, keeps what
 * it hears in B (events, near misses from 0.3, unknown sound), is updated with the right answers to that, and
 * both golems are scored on C, at equal recall (matchRecall in job/score.ts), on two dials: the rate of
 * `--false-alarms`, and `--threshold`. Cross-validation is not repeated, which changes no head, and each sound
 * of C is embedded once for both golems and all settings.
 * Writes OUT.json and OUT.md (default runs/results/learn-on-the-job); draws that are in OUT.json are not
 * measured again.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { createRandom } from "../src/core/random.ts";
import type { ScoredEvent } from "../src/evaluate/event-scores.ts";
import { detectFile, type Golem, train } from "../src/index.ts";
import { readManifest } from "../src/node/keep/kept-manifest.ts";
import { openReview } from "../src/node/keep/review-folder.ts";
import { reviewLabels } from "../src/workflow/review.ts";
import { assemble, deal, type Long, plans, type SetName } from "./job/assemble.ts";
import { type Row, writeReport } from "./job/report.ts";
import { createListener, dial, matchRecall } from "./job/score.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const draws = (process.argv[3] ?? "1,2,3,4,5,6,7,8").split(",").map(Number);
const sets = (process.argv[4] ?? "commands,esc10").split(",");
const out = resolve(process.argv[5] ?? resolve(import.meta.dirname, "results/learn-on-the-job"));

/** The right answer to a kept clip: the target that overlaps most of it, else whether anything sounds there. */
function answer(from: number, to: number, { events }: Long, targets: ReadonlySet<string>): string {
  const overlap = ({ start, end }: ScoredEvent): number => Math.min(end, to) - Math.max(start, from);
  const best = events.reduce((a, b) => (overlap(b) > overlap(a) ? b : a));
  if (overlap(best) <= 0.1) return reviewLabels.background;
  return targets.has(best.label) ? best.label : reviewLabels.wrong;
}

/** Keeps what the golem hears in `long`, and answers all of it rightly; counts of the answers by kind. */
async function keepAndReview(
  golem: Golem,
  long: Long,
  kept: string,
  targets: ReadonlySet<string>,
): Promise<Record<string, number>> {
  const keep = { folder: kept, unsure: 0.3, unknown: true };
  for await (const _ of detectFile(golem, long.path, { keep }));
  const review = await openReview(kept);
  const answers = (await readManifest(kept))!.map(({ file_name, sourceStart, start, end }) => ({
    file: file_name,
    label: answer(sourceStart, sourceStart + end - start, long, targets),
  }));
  await review.answer(answers);
  const counts: Record<string, number> = {};
  for (const { label } of answers) {
    const kind = targets.has(label) ? "target" : label;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

async function measure(set: SetName, draw: number): Promise<Row> {
  const place = mkdtempSync(join(tmpdir(), "golem-job-"));
  try {
    const random = createRandom(1000 * draw + set.length);
    const { targets, parts } = deal(folder, set, random);
    mkdirSync(join(place, "a"));
    const long: Long[] = [];
    for (const [i, name] of ["a/a.wav", "b.wav", "c.wav"].entries()) {
      long.push(await assemble(join(place, name), parts[i]!, plans[set].seconds, random));
    }
    const [a, b, c] = long as [Long, Long, Long];
    writeFileSync(
      join(place, "a/a.txt"),
      a.events.map(({ start, end, label }) => `${start}\t${end}\t${label}\n`).join(""),
    );
    const before = await train(join(place, "a"), { transcript: false, repeats: 1 });
    const kept = await keepAndReview(before, b, join(place, "kept"), targets);
    const { golem: after } = await before.update([join(place, "kept")]);
    const listener = await createListener(before, c);
    const golems = [before, after];
    const dialled = [];
    for (const golem of golems) dialled.push(await dial(set, golem, c, listener, targets));
    await listener.dispose();
    for (const golem of golems) await golem.dispose();
    const [first, second] = dialled;
    return {
      ...{ set, draw, kept, atDefault: { before: first!.atDefault, after: second!.atDefault } },
      byRate: matchRecall(first!, second!, "byRate"),
      byThreshold: matchRecall(first!, second!, "byThreshold"),
    };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const rows: Row[] = existsSync(`${out}.json`) ? JSON.parse(readFileSync(`${out}.json`, "utf8")) : [];
for (const draw of draws) {
  for (const set of sets) {
    if (rows.some((row) => row.set === set && row.draw === draw)) continue;
    rows.push(await measure(set as SetName, draw));
    console.error(basename(import.meta.filename), JSON.stringify(rows.at(-1)));
    writeFileSync(`${out}.json`, `${JSON.stringify(rows)}\n`);
  }
}
writeFileSync(`${out}.md`, writeReport(rows));
