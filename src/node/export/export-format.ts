/**
 * What a format of `golem export` is given and gives.
 *
 * Not its concern: which formats there are (see `export-formats.ts`).
 */

import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { ExportedFiles } from "../../export/exported-files.ts";
import type { ExportedRecording } from "../../export/recording-folder.ts";
import type { PublicGolem } from "../../golem/public-golem.ts";
import type { EnvironmentOptions } from "../environment.ts";

/** What a format is made from. */
export interface ExportInput extends EnvironmentOptions {
  /** The golem without what is private. */
  readonly golem: PublicGolem;
  /** Who listens for it, as found on this machine. */
  readonly encoderSet: ResolvedEncoderSet;
  /** Name of what is written, without folders. */
  readonly name: string;
  /** SPDX id under which the golem is passed on; undefined where nobody said. */
  readonly licence: string | undefined;
  /** The training recordings, where they go along. */
  readonly recordings?: readonly ExportedRecording[] | undefined;
}

/** What a format gives. */
export interface Exported {
  readonly files: ExportedFiles;
  /** What it tells of the recordings, where that is less than the golem's folder does. */
  readonly holds?: readonly string[];
  /** What people should know of it, a sentence each. */
  readonly notes: readonly string[];
}

/** One format. */
export interface ExportFormat {
  /** For help: what it is, in a few words. */
  readonly description: string;
  /** Where it is a file (others may lie beside it) and not a folder: how its name ends. */
  readonly extension?: string;
  /** What it can hold beside, where that is asked for. */
  readonly includes?: readonly ("audio" | "transcripts")[];
  create(input: ExportInput): Promise<Exported>;
}

/** What stands for a licence that nobody named: the Hugging Face Hub's word. */
export const unknownLicence = "unknown";
