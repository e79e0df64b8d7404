/**
 * Gives mutated files to the real parsers, in processes that are watched.
 *
 *   npm run fuzz -- [--area audio|checkpoint|parquet|golem|onnx|http|run] [--minutes N] [--count N] [--seed S] [--from N]
 *                   [--corpus FOLDER] [--findings FOLDER] [--publish [--add]]
 *
 * Without --area all areas share the minutes (default 2: for continuous integration). --count ends an area after so
 * many inputs; --from and --count 1 repeat one input of a seed. --corpus adds the files of a folder to those made by
 * code. --publish writes the rows of the areas to runs/results/fuzz.json and fuzz.md; --add adds them to those that are
 * there. Exit code 1 if there are findings: each is saved in --findings as the input and a report with what is left
 * of its mutations.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type AreaName, areaNames, getAreaModule } from "./area.ts";
import { publishResults } from "./results.ts";
import { type AreaResult, fuzzArea } from "./watch.ts";

const { values } = parseArgs({
  options: {
    area: { type: "string" },
    minutes: { type: "string", default: "2" },
    count: { type: "string", default: "Infinity" },
    seed: { type: "string", default: "0" },
    from: { type: "string", default: "0" },
    corpus: { type: "string" },
    findings: { type: "string", default: ".cache/fuzz" },
    publish: { type: "boolean", default: false },
    add: { type: "boolean", default: false },
  },
});
if (values.area !== undefined && !areaNames.some((name) => name === values.area)) {
  throw new Error(`There is no area ${values.area}; expected one of ${areaNames.join(", ")}.`);
}
const areas = values.area === undefined ? areaNames : [values.area as AreaName];
const [minutes, count, seed, from] = [values.minutes, values.count, values.seed, values.from].map(Number) as [
  number,
  number,
  number,
  number,
];
const ends = Date.now() + 60_000 * minutes;

function saveFindings(name: AreaName, { seed, findings }: AreaResult): void {
  for (const { bytes, ...finding } of findings) {
    mkdirSync(values.findings, { recursive: true });
    const path = join(values.findings, `${name}-${seed}-${finding.index}`);
    const repeat = `npm run fuzz -- --area ${name} --seed ${seed} --from ${finding.index} --count 1`;
    writeFileSync(`${path}.json`, `${JSON.stringify({ repeat, ...finding }, null, 2)}\n`);
    if (bytes !== undefined) writeFileSync(`${path}.bin`, Buffer.from(bytes, "base64"));
    console.error(`${finding.kind}: ${path}.json: ${finding.message.split("\n")[0]}`);
  }
}

const results = new Map<AreaName, AreaResult>();
for (const [i, name] of areas.entries()) {
  const seconds = (ends - Date.now()) / 1000 / (areas.length - i);
  const result = await fuzzArea({
    ...{ module: getAreaModule(name), seed, from, seconds, corpus: values.corpus },
    count: Number.isFinite(count) ? count : Number.MAX_SAFE_INTEGER - from,
  });
  results.set(name, result);
  saveFindings(name, result);
  const { inputs, counts, slowestMilliseconds, peakBytes, findings } = result;
  console.log(
    `${name.padEnd(10)} ${inputs} inputs in ${result.seconds.toFixed(0)} s, ${counts.accepted ?? 0} accepted, slowest ${slowestMilliseconds.toFixed(0)} ms, peak ${Math.round(peakBytes / 1e6)} MB, ${findings.length} findings`,
  );
}
if (values.publish) publishResults(results, values.add);
process.exitCode = [...results.values()].some(({ findings }) => findings.length > 0) ? 1 : 0;
