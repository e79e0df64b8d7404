/**
 * The formats that `golem export` writes, each with what it takes; adding one is one entry.
 *
 * What a format needs is loaded when it is asked for.
 * Must not know: how anything is written to disk.
 */
import type { ExportedFiles } from "../export/exported-files.ts";
import type { PublicGolem } from "../golem/public-golem.ts";
import type { ResolvedListener } from "./encoder-source.ts";
import type { EnvironmentOptions } from "./environment.ts";

/** What a format is made from. */
interface ExportInput extends EnvironmentOptions {
  /** The golem without what is private. */
  readonly golem: PublicGolem;
  /** Who listens for it, as found on this machine. */
  readonly listener: ResolvedListener;
  /** Name of what is written, without folders. */
  readonly name: string;
  /** SPDX id under which the golem is passed on; undefined where nobody said. */
  readonly licence: string | undefined;
}

/** What a format gives. */
interface Exported {
  readonly files: ExportedFiles;
  /** What people should know of it, a sentence each. */
  readonly notes: readonly string[];
}

/** One format. */
export interface ExportFormat {
  /** For help: what it is, in a few words. */
  readonly description: string;
  /** Where it is a file (others may lie beside it) and not a folder: how its name ends. */
  readonly extension?: string;
  create(input: ExportInput): Promise<Exported>;
}

/** All formats by name. */
export const exportFormats: Readonly<Record<string, ExportFormat>> = {
  safetensors: {
    description: "a folder with the heads as PyTorch has them and a short NumPy script that uses them",
    create: async (input) => (await import("../export/export-safetensors.ts")).exportSafetensors(input.golem),
  },
};
