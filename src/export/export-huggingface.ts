/**
 * Format `huggingface`: a golem's folder for the Hugging Face Hub, with a card that says what is in it and under which licences, and the ONNX
 * file where there can be one. It is a golem like any other: `golem predict FOLDER` takes it.
 *
 * Formats: Hugging Face "Model Cards"; Git LFS attributes.
 * Not its concern: the file system, the Hub's protocol.
 */
import { golemFiles } from "../golem/golem-model.ts";
import { escapeMarkdown, writeModelCard } from "../golem/model-card.ts";
import type { PublicGolem } from "../golem/public-golem.ts";
import type { ExportedFiles } from "./exported-files.ts";
import { getOnnxExampleName, writeOnnxExample } from "./onnx-example.ts";
import { createRecordingFolder, type ExportedRecording } from "./recording-folder.ts";

/** The ONNX file in the folder. */
const hubOnnxFile = "model.onnx";

const largeFiles = ["*.onnx", "*.safetensors"];

/** What is to be known beside the golem. */
export interface HubOptions {
  /** As the Hub names it. */
  readonly licence: string;
  /** Of the weights of who listens, by id. */
  readonly licences: ReadonlyMap<string, string>;
  /** The ONNX file, or a sentence on why there is none. */
  readonly onnx: Uint8Array | string;
  /** The training recordings, where they go along; else none. */
  readonly recordings: readonly ExportedRecording[];
}

/** What the recordings that go along are, for people. */
export function describeRecordings(recordings: readonly ExportedRecording[]): string[] {
  return recordings.length === 0
    ? []
    : [
        `the ${recordings.length} training recordings themselves, since they were asked for: files as they are, with voices and whatever tags are in them, under neutral names`,
      ];
}

/** The files of the folder. */
export function exportHuggingFace(
  { model, holds, leftOut }: PublicGolem,
  { licence, licences, onnx, recordings }: HubOptions,
): ExportedFiles {
  const { document } = model;
  const hasOnnx = typeof onnx !== "string";
  const list = (items: readonly string[]) => items.map((item) => `- ${escapeMarkdown(item)}`);
  const card = writeModelCard(document, {
    licence,
    licences,
    sections: [
      [
        "From the Hub",
        [
          "```",
          "hf download OWNER/NAME --local-dir my-golem",
          "npm install golem-audio",
          "npx golem predict my-golem recording.wav",
          "```",
          "",
          hasOnnx
            ? `In plain ONNX Runtime: ${hubOnnxFile} takes 16 kHz mono samples and gives probabilities; ${getOnnxExampleName(hubOnnxFile)} shows how, trimming of silence included.`
            : `There is no ONNX file: ${escapeMarkdown(onnx)}`,
        ],
      ],
      [
        "What is in this folder",
        [...list(holds), ...(recordings.length > 0 ? list(describeRecordings(recordings)) : ["- no sound"])],
      ],
      ...(leftOut.length > 0 ? [["What was left out", list(leftOut)] as const] : []),
    ],
  });
  return {
    ...model.encode(),
    ...(recordings.length > 0 ? createRecordingFolder(recordings) : {}),
    [golemFiles.card]: card,
    ".gitattributes": [...largeFiles, ...(recordings.length > 0 ? ["train/**"] : [])]
      .map((name) => `${name} filter=lfs diff=lfs merge=lfs -text\n`)
      .join(""),
    ...(hasOnnx
      ? { [hubOnnxFile]: onnx, [getOnnxExampleName(hubOnnxFile)]: writeOnnxExample(hubOnnxFile, document) }
      : {}),
  };
}
