/**
 * Format `huggingface`: a golem's folder for the Hugging Face Hub, with a card that says what is in it and under which licences, and the ONNX
 * file where there can be one. It is a golem like any other: `golem predict FOLDER` takes it.
 *
 * Formats: Hugging Face "Model Cards"; Git LFS attributes.
 * Must not know: the file system, the Hub's protocol.
 */
import { golemFiles } from "../golem/golem-model.ts";
import { escapeMarkdown, writeModelCard } from "../golem/model-card.ts";
import type { PublicGolem } from "../golem/public-golem.ts";
import type { ExportedFiles } from "./exported-files.ts";
import { getOnnxExampleName, writeOnnxExample } from "./onnx-example.ts";

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
}

/** The files of the folder. */
export function exportHuggingFace(
  { model, holds, leftOut }: PublicGolem,
  { licence, licences, onnx }: HubOptions,
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
      ["What is in this folder", [...list(holds), "- no sound"]],
      ...(leftOut.length > 0 ? [["What was left out", list(leftOut)] as const] : []),
    ],
  });
  return {
    ...model.encode(),
    [golemFiles.card]: card,
    ".gitattributes": largeFiles.map((name) => `${name} filter=lfs diff=lfs merge=lfs -text\n`).join(""),
    ...(hasOnnx
      ? { [hubOnnxFile]: onnx, [getOnnxExampleName(hubOnnxFile)]: writeOnnxExample(hubOnnxFile, document) }
      : {}),
  };
}
