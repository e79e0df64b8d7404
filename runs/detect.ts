/**
 * Measures the detection of events in long recordings: misses and false alarms per hour by threshold, causes
 * of misses, latency, speed.
 *
 *   npx tsx runs/detect.ts [FOLDER] [DRAWS] [SETS] [OUT] [voice]
 *
 * FOLDER contains the data sets and their draws (default ../shared/data). DRAWS selects draws (default 2 to
 * 6; draws 0 and 1 were used to choose how scores of unfamiliar sounds are reduced, and to find faults of the
 * detector). Golems are trained on a draw's training recordings. Streams contain its test recordings, by
 * other speakers if they are known, and what runs/detect/clips.ts adds; nothing is fitted on them. Two draws
 * are measured at a time, each in a process of its own. Writes OUT.json and OUT.md (default
 * runs/results/detect). With `voice`, windows without a voice are silent, as with `golem detect --voice`.
 */
import { fork } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { dirname, resolve } from "node:path";
import { type Measured, measureDraw } from "./detect/measure-draw.ts";
import { writeDetectReport } from "./detect/report.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const draws = (process.argv[3] ?? "2,3,4,5,6").split(",").map(Number);
const sets = (process.argv[4] ?? "wakewords,commands,digits,esc10").split(",");
const out = resolve(process.argv[5] ?? resolve(import.meta.dirname, "results/detect"));
const voice = process.argv[6] === "voice";

if (process.send) {
  await measureDraw({ folder, set: sets[0]!, draw: draws[0]!, voice }, (measured) => process.send!(measured));
  process.disconnect();
} else {
  const jobs = draws.flatMap((draw) => sets.map((set) => ({ draw, set })));
  const measured: Measured[] = [];
  const begun = performance.now();
  const work = async (): Promise<void> => {
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const child = fork(import.meta.filename, [
        folder,
        String(job.draw),
        job.set,
        out,
        process.argv[6] ?? "",
      ]);
      child.on("message", (message) => {
        measured.push(message as Measured);
        save(measured, (performance.now() - begun) / 60_000);
      });
      const code = await new Promise((done) => child.on("exit", done));
      if (code !== 0) throw new Error(`${job.set}, draw ${job.draw}, ended with ${code}`);
    }
  };
  await Promise.all([work(), work()]);
}

/** Writes the results so far. */
function save(measured: readonly Measured[], minutes: number): void {
  mkdirSync(dirname(out), { recursive: true });
  const machine = `${cpus().length} x ${cpus()[0]?.model.trim()}, load ${loadavg()[0]?.toFixed(0)}, Node ${process.version}, ${minutes.toFixed(0)} minutes`;
  const order = (row: Measured) => sets.indexOf(row.set) * 1000 + row.draw;
  const sorted = [...measured].sort((a, b) => order(a) - order(b));
  writeFileSync(`${out}.json`, `${JSON.stringify({ machine, measured: sorted })}\n`);
  writeFileSync(`${out}.md`, writeDetectReport(sorted, machine, voice));
  const { set, draw, condition, atDefault, realTimeFactor, stages } = measured.at(-1)!;
  console.error(
    ...[set, draw, condition, `${atDefault.hits}/${atDefault.targets}`, JSON.stringify(atDefault.alarms)],
    ...[JSON.stringify(stages), realTimeFactor.toFixed(2)],
  );
}
