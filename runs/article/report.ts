/**
 * Writes the findings as a page of tables.
 *
 * Not its concern: how they were measured.
 */
import type { Findings } from "./experiments.ts";
import type { Score } from "./measure.ts";

/** Formats a share for the tables: in percent, with one decimal. */
export function formatPercent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Writes the page. `madeWith`: program, machine. */
export function writeReport(findings: Findings, madeWith: string): string {
  const { data, division, encoder, dimensions, classes, trained, tested, speakersTested, recipe } = findings;
  const { defaults, strangers, sizes, epochs, inputs, layers, chance } = findings;
  return `# The article's recipe, and what it leaves open

Data: ${data}${findings.synthetic ? " (synthetic speech)" : ""}; ${division}. ${trained} recordings in ${classes} classes to learn from, ${tested} held out${speakersTested < tested ? ` (${speakersTested} voices)` : ""}. Encoder: ${encoder},
frozen, the mean over time of its last layer (${dimensions} numbers) unless said otherwise. Held out: balanced accuracy with its 95 %
interval; log-loss in nats, where guessing gives ${Math.log(classes).toFixed(2)}. Guessing is right in ${formatPercent(chance)} of cases. Where a head starts at
random, the mean of ${recipe.seeds === 1 ? "one start" : `${recipe.seeds} starts`}. Nothing was chosen by looking at held-out recordings.
Made by \`runs/article.ts\` with ${madeWith}.

## (a) The recipe: ${trained} recordings, ${dimensions} -> ${classes}, cross-entropy, Adam

${table([recipe])}

## (b) A network with one hidden layer (ReLU) of growing size

Features standardised, Adam, 200 epochs, no weight decay, no dropout, no early stopping.

${table(sizes)}

The network with 64 hidden units, trained for longer and longer:

${table(epochs)}

## (c) What transfer learning buys: the same heads on other inputs

"From scratch": the head sees the log-mel spectrogram itself (40 bands x 32 steps of time), so everything it uses was learned here.

${table(inputs)}

## (d) The same recordings through every layer (linear)

${table(layers)}

## (e) The default recipe

${table(defaults)}

${defaults.map(({ name, words, flagged, accuracyOfAnswered }) => `\`${name.split(":")[0]}\` ${words > 0 ? `gives words ${formatPercent(words)} of the say, and ` : ""}flags ${formatPercent(flagged)} of the held-out recordings as unknown; of the others ${formatPercent(accuracyOfAnswered)} are right.`).join("\n")}

Not taught ${strangers.classes.join(", ")}, \`golem train\` flags ${formatPercent(strangers.flagged)} of the ${strangers.recordings} held-out recordings of these as unknown, and
${formatPercent(strangers.knownFlagged)} of the ${strangers.knownRecordings} of the classes it was taught.
`;
}

function table(scores: readonly Score[]): string {
  const rows = scores.map(
    ({ name, features, parameters, trainAccuracy, heldOut, interval, logLoss }) =>
      `| ${name} | ${features} | ${parameters} | ${formatPercent(trainAccuracy)} | ${formatPercent(heldOut)} | ${formatPercent(interval[0])} to ${formatPercent(interval[1])} | ${logLoss.toFixed(2)} |`,
  );
  return `| | features | learned numbers | training accuracy | held out | 95 % interval | log-loss |\n|---|---:|---:|---:|---:|---:|---:|\n${rows.join("\n")}`;
}
