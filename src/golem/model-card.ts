/**
 * The model card of a golem: README.md with the metadata the Hugging Face Hub reads.
 *
 * Format: Hugging Face "Model Cards" (YAML front matter with model-index).
 * Must not know: files.
 */
import type { GolemDocument } from "./golem-document.ts";
import { needsTranscriber, sumShares } from "./view.ts";

/** Writes the card in Markdown. Text from the data set is escaped wherever it could mean something else. */
export function writeModelCard(document: GolemDocument): string {
  const { labels, encoders, transcriber, views, heads, data, evaluation, createdBy, seed } = document;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const lines = [
    "---",
    "library_name: golem-audio",
    "pipeline_tag: audio-classification",
    "tags: [audio-classification, few-shot, transfer-learning, golem]",
    `base_model_relation: adapter`,
    ...(evaluation
      ? [
          "model-index:",
          "  - name: golem",
          "    results:",
          "      - task: { type: audio-classification }",
          `        dataset: { type: audio, name: ${JSON.stringify(
            data.name
              .split(/[\\/]+/)
              .filter((part) => part !== "" && part !== ".")
              .at(-1) ?? "recordings",
          )} }`,
          "        metrics:",
          `          - { type: balanced_accuracy, value: ${evaluation.balancedAccuracy}, name: ${JSON.stringify(`balanced accuracy (${evaluation.protocol})`)} }`,
          `          - { type: f1, value: ${evaluation.macroF1}, name: "macro F1" }`,
        ]
      : []),
    "---",
    "",
    "# A golem",
    "",
    `An audio classifier with ${labels.length} classes, trained by ${escapeMarkdown(createdBy)} on ${data.recordings} recordings (${Math.round(data.seconds)} s in all).`,
    "",
    ...encoders.map(
      ({ id, revision }) => `- Encoder: ${escapeMarkdown(id)} (${escapeMarkdown(revision)}), frozen`,
    ),
    ...(transcriber
      ? [
          `- Transcriber: ${escapeMarkdown(transcriber.id)} (${escapeMarkdown(transcriber.revision)}), frozen; the words that it heard (transcript, context and start) have ${percent(sumShares(views.filter(needsTranscriber)))} of the decision`,
        ]
      : []),
    "",
    "| view | head | features | share in the decision |",
    "|---|---|---:|---:|",
    ...views.map(
      ({ encoder, layer, pooling, weight }, i) =>
        `| ${escapeMarkdown(encoder)}, ${typeof layer === "number" ? "layer " : ""}${layer}, ${escapeMarkdown(pooling)} | ${heads[i]?.kind} | ${heads[i]?.features} | ${percent(weight)} |`,
    ),
    "",
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
    const { balancedAccuracy, interval, chance, trainAccuracy, grouping } = evaluation;
    lines.push(
      evaluation.protocol === "held-out"
        ? `Measured on ${evaluation.recordings} recordings held out of training.`
        : `Measured by repeated stratified cross-validation on the training recordings, ${grouping === "speaker" ? "no speaker on both sides of a fold" : "speakers not kept apart"}.`,
      "",
      "| | |",
      "|---|---:|",
      `| balanced accuracy | ${percent(balancedAccuracy)} |`,
      `| 95 % interval | ${percent(interval[0])} to ${percent(interval[1])} |`,
      `| chance | ${percent(chance)} |`,
      `| accuracy on its own training recordings (says little) | ${percent(trainAccuracy)} |`,
      "",
    );
  } else {
    lines.push("Not measured: a class had one recording and no test set was given.", "");
  }
  lines.push(
    "## Use",
    "",
    "```",
    "npx golem predict FOLDER_OF_THIS_GOLEM recording.wav",
    "```",
    "",
    "It always names its best guess among its classes; `unknown` flags recordings that are unlike all of them, and `labelSet` holds the classes that cannot be ruled out.",
    "",
  );
  return lines.join("\n");
}

function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>()#+!|~-]/g, "\\$&").replace(/\s+/g, " ");
}
