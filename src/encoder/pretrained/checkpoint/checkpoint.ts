/** The interface of checkpoints: named tensors, read one at a time as float32. */
import { GolemError } from "../../../core/error.ts";

/** Named tensors of one model, in one file or several. */
export interface Checkpoint {
  /** Names of all tensors, in no particular order. */
  readonly names: readonly string[];
  /** Sizes of a tensor's dimensions; undefined if no tensor has that name. */
  getShape(name: string): readonly number[] | undefined;
  /**
   * Reads a tensor's values in C order, converted to float32. Rejects with `weights-damaged` if the values
   * cannot be read.
   */
  readTensor(name: string): Promise<Float32Array>;
}

/** Limits that every published encoder meets with a wide margin; larger values are treated as damage. */
export const checkpointLimits = {
  /** Bytes of a JSON header or pickle that lists the tensors. */
  headerBytes: 64 * 1024 * 1024,
  /** Dimensions of a tensor. */
  dimensions: 8,
} as const;

/** Creates the error `weights-damaged` for an invalid file; `found` describes the fault as a clause. */
export function damagedCheckpoint(file: string, found: string, cause?: unknown): GolemError {
  return new GolemError("weights-damaged", `${file} is not a valid checkpoint: ${found}.`, {
    hint: "Delete it and download it again; if that does not help, the published file is damaged.",
    cause,
  });
}

/** Returns the number of elements of a shape; undefined if it is no list of sizes or too large. */
export function countElements(shape: unknown): number | undefined {
  if (!Array.isArray(shape) || shape.length > checkpointLimits.dimensions) return undefined;
  let elements = 1;
  for (const size of shape as unknown[]) {
    if (typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) return undefined;
    elements *= size;
  }
  return Number.isSafeInteger(elements) ? elements : undefined;
}
