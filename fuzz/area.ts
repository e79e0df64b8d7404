/**
 * What a fuzzed area consists of, and the list of areas: each a module that exports `area`.
 *
 * Not its concern: mutations, processes.
 */

/** Parses one input as the program does; rejects as the program's parser does. */
export type Parse = (bytes: Uint8Array, name: string) => Promise<unknown>;

/** Real parsers of one kind of foreign data, and valid inputs for them. */
export interface FuzzArea {
  /** Valid inputs by name, made by code or kept in fuzz/seeds; the same at every call. */
  createCorpus(): Promise<Record<string, Uint8Array>>;
  /** Names of inputs that cost many times what others do; they are the base of an eighth as many inputs. */
  readonly rare?: ReadonlySet<string>;
  /** Loads the parsers. */
  open(): Promise<{ readonly parse: Parse; readonly close?: () => Promise<void> }>;
}

/** Names of the areas; their modules are fuzz/areas/NAME.ts. */
export const areaNames = ["audio", "checkpoint", "parquet", "golem", "onnx", "http", "run"] as const;

/** Name of an area. */
export type AreaName = (typeof areaNames)[number];

/** Address of an area's module. */
export function getAreaModule(name: AreaName): string {
  return new URL(`areas/${name}.ts`, import.meta.url).href;
}
