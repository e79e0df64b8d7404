/** The embeddings of many recordings: which are used, which are left out and why, and warnings about them. */
import type { ErrorRecord } from "../core/error.ts";
import type { Recording, SkippedRecording } from "../dataset/dataset.ts";
import { type EmbeddedSource, getEmbedding, isSilent } from "./embed-source.ts";
import {
  describeSilence,
  type EmbeddedRecording,
  type Embedding,
  expectsSilence,
} from "./embedded-recording.ts";

/** Embedded recordings in the order of the data set, and everything that was left out. */
export interface EmbeddingResult {
  readonly embedded: EmbeddedRecording[];
  readonly skipped: SkippedRecording[];
  /** Warnings about recordings that were nevertheless embedded. */
  readonly warnings: (ErrorRecord & { readonly file: string })[];
  /** Number of recordings for which something had to be computed. */
  readonly computed: number;
}

/** The output for one file, with its hash. */
export interface EmbeddedFile extends EmbeddedSource {
  /** SHA-256 of the file's bytes. */
  readonly fileHash: string;
  /** The output for each varied copy of it. */
  readonly copies?: readonly EmbeddedSource[] | undefined;
  /** The embedding, if its vectors are not in memory and `embeddings` is empty. */
  readonly embedding?: Embedding | undefined;
}

/**
 * Joins recordings with the outputs for them, one per recording in the same order; recordings without outputs
 * are left out. A silent recording is left out unless silence is expected in its class.
 */
export function collectEmbedded(
  recordings: readonly Recording[],
  outputs: readonly (EmbeddedFile | SkippedRecording | undefined)[],
): Omit<EmbeddingResult, "computed"> {
  const embedded: EmbeddedRecording[] = [];
  const skipped: SkippedRecording[] = [];
  const warnings: EmbeddingResult["warnings"] = [];
  for (const [index, { file, label, split, speaker, source, isSynthetic }] of recordings.entries()) {
    const output = outputs[index];
    if (!output) continue;
    if ("code" in output) {
      skipped.push(output);
      continue;
    }
    const { facts, fileHash } = output;
    if (isSilent(facts) && !expectsSilence([label])) {
      skipped.push({ file, ...describeSilence(file, facts) });
      continue;
    }
    warnings.push(...facts.warnings.map((warning) => ({ ...warning, file })));
    embedded.push({
      ...{ file, label, split, fileHash, facts },
      ...(output.embedding ?? getEmbedding(output)),
      ...(output.copies && !isSilent(facts) ? { copies: output.copies.map(getEmbedding) } : {}),
      ...(speaker === undefined ? {} : { speaker }),
      ...(source === undefined ? {} : { source }),
      ...(isSynthetic ? { isSynthetic } : {}),
    });
  }
  return { embedded, skipped, warnings };
}
