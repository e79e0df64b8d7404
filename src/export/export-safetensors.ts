/**
 * Format `safetensors`: the heads' tensors, what they are for, and scripts that turn tables of embeddings into probabilities.
 *
 * Not its concern: the file system, encoders.
 */
import type { PublicGolem } from "../golem/public-golem.ts";
import { checkWordless, type ExportedFiles } from "./exported-files.ts";
import { loadingExamples } from "./loading-example.ts";

/** The files of a folder, and notes; `invalid-option` for golems in which words have a say. */
export function exportSafetensors({ model }: PublicGolem): {
  readonly files: ExportedFiles;
  readonly notes: readonly string[];
} {
  const { document } = model;
  checkWordless(document, "what `golem embed` writes");
  const encoders = [...new Set(document.views.map(({ encoder }) => encoder))];
  const tables = encoders.map((id) => `${id}=TABLE.npz`).join(" ");
  return {
    files: { ...model.encode(), ...loadingExamples },
    notes: [
      `Tables come from golem embed DATA --encoder ENCODER --out TABLE.npz; then python3 predict.py ${tables} (with PyTorch: predict_torch.py)`,
    ],
  };
}
