/**
 * Input and output of a format of `golem export`.
 *
 * Not its concern: the list of formats (see `export-formats.ts`).
 */

import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { ExportedFiles } from "../../export/exported-files.ts";
import type { ExportedRecording } from "../../export/recording-folder.ts";
import type { PublicGolem } from "../../golem/public-golem.ts";
import type { EnvironmentOptions } from "../environment.ts";

/** Input of a format. */
export interface ExportInput extends EnvironmentOptions {
  /** The golem without private data. */
  readonly golem: PublicGolem;
  /** Its encoder set, as resolved on this machine. */
  readonly encoderSet: ResolvedEncoderSet;
  /** Name of the file or folder to write, without its parents. */
  readonly name: string;
  /** SPDX id of the golem's licence; undefined if not given. */
  readonly licence: string | undefined;
  /** The training recordings, if included. */
  readonly recordings?: readonly ExportedRecording[] | undefined;
}

/** Output of a format. */
export interface Exported {
  readonly files: ExportedFiles;
  /** What it discloses about the recordings, if less than the golem folder. */
  readonly holds?: readonly string[];
  /** Notes for the user, one sentence each. */
  readonly notes: readonly string[];
}

/** One format. */
export interface ExportFormat {
  /** Short description for help. */
  readonly description: string;
  /** Extension of the file name, if it is a file (possibly with others next to it) and not a folder. */
  readonly extension?: string;
  /** Optional contents it can include. */
  readonly includes?: readonly ("audio" | "transcripts")[];
  create(input: ExportInput): Promise<Exported>;
}

/** The Hugging Face Hub's word for an unspecified licence. */
export const unknownLicence = "unknown";
