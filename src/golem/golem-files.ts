/**
 * Names, size limits and hashes of the files of a golem. golem.json lists the SHA-256 of the other files
 * under `files`, so that an incomplete or changed golem is rejected with `golem-damaged`. The card is not
 * listed, since users edit it.
 */

import { GolemError } from "../core/error.ts";
import { computeSha256Hex } from "../core/sha256.ts";

/** Names of the files of a golem; `text` exists only if the transcript is one of the views. */
export const golemFiles = {
  document: "golem.json",
  tensors: "head.safetensors",
  training: "training.json",
  text: "text.json",
  card: "README.md",
} as const;

/** Name of the report in a golem folder; predictions do not need it, so it may be missing. */
export const reportFile = "report.html";

/** Maximum size of each file of a golem, in bytes; the card is never read. */
export const golemFileLimits: Readonly<Record<Exclude<keyof typeof golemFiles, "card">, number>> = {
  document: 64 * 1024 * 1024,
  tensors: 1024 * 1024 * 1024,
  training: 1024 * 1024 * 1024,
  text: 64 * 1024 * 1024,
};

/** SHA-256 of files by name, in hex, as golem.json lists them. */
export type FileHashes = Readonly<Record<string, string>>;

/** Computes the hashes of files; missing files are not listed. */
export function hashFiles(files: Readonly<Record<string, Uint8Array | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([name, bytes]) => (bytes ? [[name, computeSha256Hex(bytes)]] : [])),
  );
}

/**
 * Compares files with the hashes in golem.json; throws `golem-damaged` for the first that differs. Files that
 * golem.json does not list are not checked (golems of earlier versions list none).
 */
export function checkFileHashes(expected: FileHashes | undefined, found: FileHashes): void {
  for (const [name, hash] of Object.entries(found)) {
    const listed = expected && Object.hasOwn(expected, name) ? expected[name] : undefined;
    if (listed === undefined || listed === hash) continue;
    const repair =
      name === reportFile
        ? "Write it again with `golem report GOLEM`, or delete it."
        : "Copy the golem's folder again from its source, or train the golem again.";
    throw new GolemError(
      "golem-damaged",
      `The golem is damaged: ${name} has the SHA-256 ${hash}; golem.json lists ${listed}.`,
      { hint: `${repair} If you changed it on purpose, remove "${name}" from "files" in golem.json.` },
    );
  }
}
