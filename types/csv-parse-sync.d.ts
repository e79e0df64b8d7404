/**
 * What is used of csv-parse/sync, for the browser's project: the package's own types bring in all of Node's.
 */

/** Parses a CSV text into rows of cells; throws an Error that has a `code` and the number of `lines`. */
export declare function parse(text: string, options: { readonly [option: string]: unknown }): string[][];
