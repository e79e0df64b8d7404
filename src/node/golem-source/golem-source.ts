/**
 * The interface of the locations that golems are served from, and their versions.
 *
 * Not its concern: how each kind of location is read (open-golem-sources.ts).
 */
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import { parseGolemDocument } from "../../golem/golem-document.ts";
import { golemFiles } from "../../golem/golem-files.ts";
import type { Warning } from "../../workflow/environment.ts";
import type { GolemFiles } from "../disk/golem-folder.ts";

/** Maximum number of golems in one folder. */
const maximumGolems = 256;

/** Options of requests. */
export type SourceOptions = WorkOptions & {
  /** Called if a location could not be reached and the version read before is used. */
  readonly onWarning?: ((warning: Warning) => void) | undefined;
};

/** The location of one golem. */
export interface GolemSource {
  /** The address as given by the user. */
  readonly address: string;
  /** The last part of the address. */
  readonly name: string;
  /** Reads the version, which changes whenever the golem does; undefined if there is no golem. */
  readVersion(options?: SourceOptions): Promise<string | undefined>;
  /**
   * Reads all files of one version, at most `golemFileLimits` of each. Rejects with `golem-not-found`,
   * `golem-damaged`, and the errors of the location.
   */
  read(options?: SourceOptions): Promise<{ readonly files: GolemFiles; readonly version: string }>;
}

/** The golems at one address: a single golem, or all golems of a folder. */
export interface GolemSources {
  readonly address: string;
  /** Whether reading a version sends a request to another machine. */
  readonly isRemote: boolean;
  /** Lists the current golems by name. Rejects with the errors of the location. */
  list(options?: SourceOptions): Promise<readonly GolemSource[]>;
}

/**
 * Checks that golem.json states the hash of every other file. Decoding compares the hashes, so files of other
 * versions or altered in transit are detected. Throws `golem-damaged`.
 */
export function checkHashesStated({ document, training, text }: GolemFiles, address: string): void {
  const { files = {} } = parseGolemDocument(new TextDecoder().decode(document));
  const names = [
    golemFiles.tensors,
    ...(training ? [golemFiles.training] : []),
    ...(text ? [golemFiles.text] : []),
  ];
  const missing = names.find((name) => !Object.hasOwn(files, name));
  if (missing === undefined) return;
  throw new GolemError(
    "golem-damaged",
    `golem.json of ${address} states no SHA-256 of ${missing}; golems from other machines need one for each file.`,
    {
      hint: "Train the golem again with this version, or export it (`golem export`), and upload the whole folder.",
    },
  );
}

/** Throws `invalid-option` for a folder with more than `maximumGolems` golems. */
export function checkGolemCount(address: string, count: number): void {
  if (count <= maximumGolems) return;
  throw new GolemError(
    "invalid-option",
    `${address} contains ${count} golems; expected at most ${maximumGolems} in one folder.`,
    { hint: "Name the golems to serve individually, or serve parts of the folder with several servers." },
  );
}
