/**
 * Assembles small hand-written WebAssembly modules: their sections, and the instructions that kernels share.
 * Such a module needs no file and compiles in well under a millisecond.
 *
 * Reference: WebAssembly Core Specification 2.0, section 5 (binary format).
 */

/** Value types of parameters, results and locals. */
const wasmTypes = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b } as const;

/** A function of a module: its type, its locals in the order of their numbers, and its instructions. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly (keyof typeof wasmTypes)[];
  readonly result?: keyof typeof wasmTypes;
  /** Numbered after the parameters. */
  readonly locals: readonly (readonly [count: number, type: keyof typeof wasmTypes])[];
  readonly body: readonly number[];
}

/** An unsigned number in LEB128. */
export const encodeUnsigned = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...encodeUnsigned(value >>> 7)];

/** Adds `bytes` (below 8192) to an i32 local, leaving the sum on the stack too. */
export const advanceLocal = (local: number, bytes: number): number[] => [
  ...[0x20, local, 0x41],
  ...(bytes < 64 ? [bytes] : [(bytes & 127) | 128, bytes >> 7]),
  ...[0x6a, 0x22, local],
];

const section = (id: number, bytes: readonly number[]): number[] => [
  id,
  ...encodeUnsigned(bytes.length),
  ...bytes,
];
const list = (entries: readonly (readonly number[])[]): number[] => [
  ...encodeUnsigned(entries.length),
  ...entries.flat(),
];
const text = (value: string): number[] => [value.length, ...Array.from(value, (c) => c.charCodeAt(0))];

/** Creates a module that exports `functions` and imports the memory `e.m`. */
export function createWasmModule(functions: readonly WasmFunction[]): WebAssembly.Module {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...list(parameters.map((type) => [wasmTypes[type]])),
    ...list(result ? [[wasmTypes[result]]] : []),
  ]);
  const codes = functions.map(({ locals, body }) => {
    const code = [...list(locals.map(([count, type]) => [count, wasmTypes[type]])), ...body, 0x0b];
    return [...encodeUnsigned(code.length), ...code];
  });
  return new WebAssembly.Module(
    Uint8Array.from([
      ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      ...section(1, list(types)),
      ...section(2, list([[...text("e"), ...text("m"), 0x02, 0x00, 1]])),
      ...section(3, list(functions.map((_, i) => [i]))),
      ...section(7, list(functions.map(({ name }, i) => [...text(name), 0x00, i]))),
      ...section(10, list(codes)),
    ]),
  );
}
