/**
 * The model card of a golem: README.md with the metadata that the Hugging Face Hub reads.
 *
 * Format: Hugging Face "Model Cards" (YAML front matter with model-index).
 */

import { needsTranscriber, sumShares } from "../classifier/view.ts";
import { formatPercent } from "../core/format.ts";
import { describeScoreName, describeUnmeasured } from "../evaluate/standing.ts";
import type { GolemDocument } from "./golem-document.ts";

/** Additional contents of the card of an exported golem. */
interface CardExtras {
  /** Licence of the golem, as the Hub names it: "mit", "cc0-1.0", "unknown". */
  readonly licence: string;
  /** Licence of the weights of each encoder and transcriber, by id. */
  readonly licences: ReadonlyMap<string, string>;
  /** Sections at the end, each a heading and lines of Markdown. */
  readonly sections: readonly (readonly [heading: string, lines: readonly string[]])[];
}

/** Writes the card in Markdown. Text from the data set is escaped wherever it could be read as markup. */
export function writeModelCard(document: GolemDocument, extras?: CardExtras): string {
  const { labels, encoders, transcriber, views, heads, data, evaluation, createdBy, seed } = document;
  const round = (share: number) => Number(share.toFixed(4));
  const lines = [
    "---",
    "library_name: golem-audio",
    "pipeline_tag: audio-classification",
    "tags: [audio-classification, few-shot, transfer-learning, golem]",
    ...(extras ? [`license: ${extras.licence}`] : []),
    ...listBaseModels(encoders),
    ...(evaluation
      ? [
          "model-index:",
          "  - name: golem",
          "    results:",
          "      - task: { type: audio-classification }",
          `        dataset: ${describeDataset(data.name)}`,
          "        metrics:",
          `          - { type: balanced_accuracy, value: ${round(evaluation.balancedAccuracy)}, name: ${JSON.stringify(`${describeScoreName(evaluation)} (${evaluation.protocol}, 95 % interval ${evaluation.interval.map((end) => end.toFixed(3)).join(" to ")})`)} }`,
          `          - { type: f1, value: ${round(evaluation.macroF1)}, name: "macro F1" }`,
        ]
      : []),
    "---",
    "",
    "# A golem",
    "",
    `An audio classifier with ${labels.length} classes, trained by ${escapeMarkdown(createdBy)} on ${data.recordings} recordings${data.synthetic ? `, ${data.synthetic} of them of synthetic voices` : ""} (${Math.round(data.seconds)} s in all)${data.places ? `, from ${data.places.length} data sets: it was updated` : ""}.`,
    "",
    ...encoders.map(
      ({ id, revision }) =>
        `- Encoder: ${escapeMarkdown(id)} (${escapeMarkdown(revision)}), frozen${describeLicence(extras, id)}`,
    ),
    ...(transcriber
      ? [
          `- Transcriber: ${escapeMarkdown(transcriber.id)} (${escapeMarkdown(transcriber.revision)}), frozen; its views (transcript, context and start) have a share of ${formatPercent(sumShares(views.filter(needsTranscriber)))} in the decision`,
        ]
      : []),
    "",
    "| view | head | features | share in the decision |",
    "|---|---|---:|---:|",
    ...views.map(
      ({ encoder, layer, pooling, weight }, i) =>
        `| ${escapeMarkdown(encoder)}, ${typeof layer === "number" ? "layer " : ""}${layer}, ${escapeMarkdown(pooling)} | ${heads[i]?.kind} | ${heads[i]?.features} | ${formatPercent(weight)} |`,
    ),
    "",
    ...(document.augment ? [`- ${describeAugment(document.augment)}`] : []),
    `- Seed: ${seed}`,
    "",
    "## Classes",
    "",
    "| class | training recordings |",
    "|---|---:|",
    ...labels.map((label) => `| ${escapeMarkdown(label)} | ${data.perClass[label] ?? 0} |`),
    "",
    "## How well it does",
    "",
  ];
  if (evaluation) {
    const { balancedAccuracy, interval, chance, trainAccuracy, grouping, groupedBy } = evaluation;
    const groups = groupedBy ?? "speaker";
    const unmeasured = describeUnmeasured(evaluation);
    lines.push(
      evaluation.protocol === "held-out"
        ? `Measured on ${evaluation.recordings} recordings held out of training.`
        : `Measured by repeated stratified cross-validation on the training recordings, ${grouping === "speaker" ? `no ${groups} on both sides of a fold` : `${groups}s not kept apart`}.`,
      ...(evaluation.measuredOn
        ? ["", "**Measured on synthetic voices**, which says little about people."]
        : []),
      "",
      "| | |",
      "|---|---:|",
      `| ${describeScoreName(evaluation)} | ${formatPercent(balancedAccuracy)} |`,
      `| 95 % interval | ${formatPercent(interval[0])} to ${formatPercent(interval[1])} |`,
      `| chance | ${formatPercent(chance)} |`,
      `| accuracy on its own training recordings (optimistic) | ${formatPercent(trainAccuracy)} |`,
      "",
      ...(evaluation.unscoredLabels
        ? [
            `Not scored, because only one recording exists: ${evaluation.unscoredLabels.map(escapeMarkdown).join(", ")}.`,
            "",
          ]
        : []),
      ...(unmeasured ? [`${escapeMarkdown(unmeasured[0]!.toUpperCase() + unmeasured.slice(1))}.`, ""] : []),
    );
  } else {
    lines.push("Not measured: a class has only one recording and there was no test set.", "");
  }
  lines.push(
    "## Use",
    "",
    "```",
    "npx golem predict FOLDER_OF_THIS_GOLEM recording.wav",
    "```",
    "",
    "The label is always the best guess among the classes; `unknown` flags recordings that are unlike all of them, and `labelSet` lists the classes that cannot be ruled out.",
    "",
  );
  for (const [heading, text] of extras?.sections ?? []) lines.push(`## ${heading}`, "", ...text, "");
  return lines.join("\n");
}

function describeAugment({ copies, kinds, share }: NonNullable<GolemDocument["augment"]>): string {
  return `Varied copies per recording: ${copies} (${escapeMarkdown(kinds.join(", "))}), for training alone; heads fitted to them too have a share of ${formatPercent(share)} in the decision`;
}

function describeLicence(extras: CardExtras | undefined, id: string): string {
  const licence = extras?.licences.get(id);
  return licence === undefined ? "" : `; licence of its weights: ${escapeMarkdown(licence)}`;
}

/** Lists the metadata lines that name the encoders that are models on the Hub. */
function listBaseModels(encoders: GolemDocument["encoders"]): string[] {
  const models = encoders
    .map(({ id }) => id.replace(/\?.*$/, ""))
    .filter((id) => /^[\w.-]*\w[\w.-]*\/[\w.-]+$/.test(id) && !id.startsWith("."));
  return models.length === 0
    ? []
    : [`base_model: [${models.map((id) => JSON.stringify(id)).join(", ")}]`, "base_model_relation: adapter"];
}

/** Describes the type and name of the data set: its id if it is on the Hub. */
function describeDataset(name: string): string {
  const [, id] = /^hf:([\w.-]+\/[\w.-]+)/i.exec(name) ?? [];
  if (id !== undefined) return `{ type: ${JSON.stringify(id)}, name: ${JSON.stringify(id)} }`;
  const parts = name.split(/[\\/]+/).filter((part) => part !== "" && part !== ".");
  return `{ type: audio, name: ${JSON.stringify(parts.at(-1) ?? "recordings")} }`;
}

/** Escapes text so that Markdown shows it literally, in one line. */
export function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~-]/g, "\\$&").replace(/\s+/g, " ");
}
