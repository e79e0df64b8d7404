/** Format `huggingface` in Node: builds the ONNX file if possible, and collects the encoders' licences. */
import { GolemError } from "../../core/error.ts";
import { describeRecordings, exportHuggingFace } from "../../export/export-huggingface.ts";
import { type Exported, type ExportInput, unknownLicence } from "./export-format.ts";
import { buildGolemOnnx } from "./golem-onnx.ts";

/** Builds the folder's files. If the golem cannot be exported as one ONNX file, the card states why. */
export async function exportHubFolder({
  golem,
  encoderSet,
  name: _,
  licence = unknownLicence,
  recordings = [],
  ...environment
}: ExportInput): Promise<Exported> {
  const { model } = golem;
  const onnx = await buildGolemOnnx({ ...environment, model, encoderSet, licence }).then(
    ({ bytes }) => bytes,
    (error: unknown) => {
      if (error instanceof GolemError && error.code === "invalid-option") return error.message;
      throw error;
    },
  );
  const licences = new Map(model.encoders.map(({ id }, i) => [id, encoderSet.encoders[i]!.licence]));
  return {
    files: exportHuggingFace(golem, { licence: licence.toLowerCase(), licences, onnx, recordings }),
    holds: [...golem.holds, ...describeRecordings(recordings)],
    notes: [
      ...(typeof onnx === "string" ? [`It has no ONNX file: ${onnx}`] : []),
      ...(licence === unknownLicence ? ["Its card states licence: unknown; set one with --licence"] : []),
      "Upload it with: hf upload OWNER/NAME FOLDER (from Python's huggingface_hub)",
    ],
  };
}
