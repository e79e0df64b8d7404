/**
 * Measures training on words that are typed instead of recorded: scores on real speakers, with synthetic
 * voices alone and together with real recordings.
 *
 *   npx tsx runs/synth.ts [FOLDER] [SETS] [DRAWS]
 *
 * FOLDER contains the data sets and their draws (default ../shared/data). SETS are names separated by commas
 * (default: all); the results of other sets are kept. The first DRAWS draws of each set are measured
 * (default: all). Writes runs/results/synth.json and synth.md. Nothing is chosen on test data; the synthetic
 * recordings are those of `golem synth` without options, with the labels as words.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fitClassifier } from "../src/classifier/classifier.ts";
import type { LabelledRows } from "../src/classifier/labelled-rows.ts";
import { createRandom, shuffle } from "../src/core/random.ts";
import type { EmbeddedRecording } from "../src/embed/embedded-recording.ts";
import { computeConfusion, computeScores, getPredictions } from "../src/evaluate/metrics.ts";
import { synthesize } from "../src/node/synthesize.ts";
import type { Wording } from "../src/synth/wordings.ts";
import { loadDraws, loadRealSet, selectEmbeddings, toRows } from "./scoreboard/real-set.ts";
import { defaultRecipe } from "./scoreboard/recipes.ts";

const folder = resolve(process.argv[2] ?? "../shared/data");
const known = ["wakewords", "commands", "digits", "drinks"] as const;
const asked = process.argv[3]?.split(",") ?? known;
const mostDraws = Number(process.argv[4] ?? 10);
const out = resolve(import.meta.dirname, "results");
const digits = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/** Ways to train; real recordings are those of the draw, or the first `shots` per class of it. */
const ways = [
  { name: "synthetic alone", shots: 0, mixed: true },
  { name: "one real per class", shots: 1, mixed: false },
  { name: "one real per class, with synthetic", shots: 1, mixed: true },
  { name: "about fifty real", shots: 1000, mixed: false },
  { name: "about fifty real, with synthetic", shots: 1000, mixed: true },
  { name: "the same, all with weight 1", shots: 1000, mixed: true, plain: true },
] as const;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const show = (value: number): string => value.toFixed(3).replace(/^0/, "");

const results: Record<string, Record<string, number[]>> = readResults();
for (const name of known.filter((set) => asked.includes(set))) {
  const set = await loadRealSet(folder, name);
  const draws = (await loadDraws(folder, set)).slice(0, mostDraws);
  const { classes } = set;
  const spoken = mkdtempSync(join(tmpdir(), "golem-synth-"));
  const wordings = classes.map((label): Wording => ({ label, text: speak(label) }));
  await synthesize(wordings, { out: join(spoken, name) });
  const made = await loadRealSet(spoken, name);
  rmSync(spoken, { recursive: true });
  results[name] = Object.fromEntries(ways.map((way) => [way.name, []]));
  for (const [d, draw] of draws.entries()) {
    const test = selectEmbeddings(draw.test, set.encoderSet, defaultRecipe);
    const truth = toRows(test.rows, classes).labels;
    for (const way of ways) {
      const own = classes.flatMap((label, c) =>
        shuffle(
          draw.train.filter((row) => row.label === label),
          createRandom(d, c),
        ).slice(0, way.shots),
      );
      const synthetic = way.mixed ? made.recordings : [];
      const all: EmbeddedRecording[] = [...own, ...synthetic];
      const train = selectEmbeddings(all, set.encoderSet, defaultRecipe);
      const rows: LabelledRows = {
        ...toRows(train.rows, classes),
        ...("plain" in way ? {} : { synthetic: all.map(({ isSynthetic }) => isSynthetic === true) }),
      };
      const classifier = fitClassifier(rows, train.encoderSet, { ...defaultRecipe.options, seed: 0 });
      const predicted = getPredictions(classifier.computeProbabilities(test.rows));
      const { balancedAccuracy } = computeScores(computeConfusion(truth, predicted, classes.length));
      results[name]![way.name]!.push(balancedAccuracy);
    }
  }
  save();
  console.error(name, JSON.stringify(results[name]));
}

function readResults(): Record<string, Record<string, number[]>> {
  const path = join(out, "synth.json");
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
}

/** Gets the words of a label: digits as words, underscores as spaces. */
function speak(label: string): string {
  return /^\d$/.test(label) ? digits[Number(label)]! : label.replaceAll("_", " ");
}

function save(): void {
  const names = known.filter((set) => results[set]);
  const table = ways.map(
    ({ name: way }) =>
      `| ${way} | ${names.map((set) => `${show(mean(results[set]![way]!))} (${show(Math.min(...results[set]![way]!))})`).join(" | ")} |`,
  );
  const worst = names.map((set) => {
    const [real, mixed] = ["about fifty real", "about fifty real, with synthetic"].map(
      (way) => results[set]![way]!,
    );
    const changes = mixed!.map((value, i) => value - real![i]!);
    return `${set} ${mean(changes).toFixed(3)} (worst draw ${Math.min(...changes).toFixed(3)})`;
  });
  const report = `# Words typed instead of recorded

Balanced accuracy on real recordings held out of training, mean over the published draws (in brackets the worst draw; draws measured: ${names.map((set) => `${set} ${results[set]!["synthetic alone"]!.length}`).join(", ")}). Speakers of the test
part of digits and commands are in no training part; drinks and wakewords name none. Twelve recordings per class by four synthetic voices
(\`golem synth\` with no flags), of the label alone; in drinks real people say whole sentences.
Made by \`runs/synth.ts\` with Node ${process.version} on ${cpus().length} x ${cpus()[0]?.model ?? "unknown CPU"}.

| trained on | ${names.join(" | ")} |
|---|${names.map(() => "---:|").join("")}
${table.join("\n")}

Change by adding synthetic recordings to about fifty real ones: ${worst.join(", ")}.
`;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "synth.json"), `${JSON.stringify(results)}\n`);
  writeFileSync(join(out, "synth.md"), report);
}
