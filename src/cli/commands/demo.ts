/** `golem demo [banking|drums|words|minds14]`: training and prediction on a demo data set. */
import { performance } from "node:perf_hooks";
import { formatPercent } from "../../core/format.ts";
import { demos, getDemo } from "../../node/data/demo-data.ts";
import { checkFolderReplaceable } from "../../node/disk/atomic-write.ts";
import { type TrainOptions, train } from "../../node/train.ts";
import type { DemoOutput } from "../output.ts";
import { shortenPath } from "../printed-path.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import { describeTraining } from "./train.ts";

/** The recipe of the article that the project is based on, with the encoder of the default recipe. */
const articleRecipe: TrainOptions = {
  ...{ encoder: "moonshine-tiny", layer: "last", pooling: "mean", head: "linear" },
  headOptions: { standardise: false, epochs: 1000, learningRate: 1e-3 },
  ...{ repeats: 1, negatives: 0 },
};

interface DemoOptions extends CommonOptions {
  readonly out?: string;
}

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [name = Object.keys(demos)[0]!]: [string?],
  { seed, out = `golem-demo-${name}` }: DemoOptions,
  terminal: Terminal,
): Promise<number> {
  const started = performance.now();
  const demo = getDemo(name);
  await checkFolderReplaceable(out);
  terminal.print(`${terminal.bold(`Demo: ${name}`)}\n${demo.description}.\n`);
  const dataset = await demo.load(terminal.work);
  const golem = await train(dataset, { seed, ...terminal.work });
  await golem.save(out);
  for (const line of describeTraining(golem, terminal)) terminal.print(line);
  const article = await train(dataset, { ...articleRecipe, seed });
  const articleScore = article.evaluation!.balancedAccuracy;
  await article.dispose();
  terminal.print(
    `For comparison, one linear layer on the last layer's mean (docs/lessons.md) gets ${formatPercent(articleScore)}.\n`,
  );

  const example = await demo.getExample(dataset);
  const { label, confidence, scores, unknown, seconds } = await golem.predict(example.path);
  await golem.dispose();
  const likeliest = Object.entries(scores)
    .sort((a, b) => b[1] - a[1])
    .slice(0, 3)
    .map(([candidate, score]) => `${candidate} ${formatPercent(score)}`);
  terminal.print(`A held-out recording of ${example.label}, ${shortenPath(example.path)}:`);
  terminal.print(`  ${likeliest.join(", ")}${unknown ? "  (flagged unknown)" : ""}\n`);
  terminal.print(
    `Saved to ${out}, ${((performance.now() - started) / 1000).toFixed(1)} s in all. With your own recordings, one folder per class:`,
  );
  terminal.print(terminal.bold("  npx golem train FOLDER --out my-golem"));
  terminal.print(terminal.bold("  npx golem predict my-golem RECORDING"));
  terminal.printJson({
    ...{ demo: name, data: dataset.name, golem: out, labels: golem.labels, evaluation: golem.evaluation },
    article: { balancedAccuracy: articleScore },
    prediction: { file: example.path, truth: example.label, label, confidence, scores, unknown, seconds },
    seconds: (performance.now() - started) / 1000,
  } satisfies DemoOutput);
  return 0;
}
