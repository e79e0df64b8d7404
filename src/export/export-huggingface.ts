/**
 * Export format `huggingface`: a golem's folder for the Hugging Face Hub, with a card that lists its contents
 * and licences, and an ONNX file if the golem can be exported as one. `golem predict FOLDER` accepts it like
 * any golem.
 *
 * Formats: Hugging Face "Model Cards"; Git LFS attributes.
 */
import { golemFiles } from "../golem/golem-model.ts";
import { escapeMarkdown, writeModelCard } from "../golem/model-card.ts";
import type { PublicGolem } from "../golem/public-golem.ts";
import type { ExportedFiles } from "./exported-files.ts";
import { getOnnxExampleName, writeOnnxExample } from "./onnx-example.ts";
import { createRecordingFolder, type ExportedRecording } from "./recording-folder.ts";

/** Name of the ONNX file in the folder. */
const hubOnnxFile = "model.onnx";

const largeFiles = ["*.onnx", "*.safetensors"];

/** Options of the export. */
interface HubOptions {
  /** Licence of the golem, as the Hub names it. */
  readonly licence: string;
  /** Licence of the weights of each encoder and transcriber, by id. */
  readonly licences: ReadonlyMap<string, string>;
  /** The ONNX file, or a sentence that says why there is none. */
  readonly onnx: Uint8Array | string;
  /** The training recordings, if they are included; otherwise empty. */
  readonly recordings: readonly ExportedRecording[];
}

/** Describes the included recordings in sentences; empty if there are none. */
export function describeRecordings(recordings: readonly ExportedRecording[]): string[] {
  return recordings.length === 0
    ? []
    : [
        `the ${recordings.length} training recordings themselves, as requested: unchanged files under neutral names, including voices and any tags in the files`,
      ];
}

/** Creates the files of the folder. */
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
            ? `With ONNX Runtime only: ${hubOnnxFile} takes 16 kHz mono samples and gives probabilities; ${getOnnxExampleName(hubOnnxFile)} is an example that also trims silence.`
            : `There is no ONNX file: ${escapeMarkdown(onnx)}`,
        ],
      ],
      [
        "What is in this folder",
        [...list(holds), ...(recordings.length > 0 ? list(describeRecordings(recordings)) : ["- no audio"])],
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
