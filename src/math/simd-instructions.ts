/**
 * Instructions on pairs of float64 numbers, of which the kernels of this folder are put together.
 *
 * Not its concern: the functions, their module (core/wasm-module.ts).
 *
 * Reference: WebAssembly Core Specification 2.0, section 5.4.8 (vector instructions).
 */
import { advanceLocal, encodeUnsigned } from "../core/wasm-module.ts";

export { advanceLocal };
/** Pushes a local. */
export const get = (local: number): number[] => [0x20, local];
/** Pops into a local. */
export const set = (local: number): number[] => [0x21, local];
/** Pushes the pair at the address in a local plus `offset` bytes. */
export const load = (local: number, offset: number): number[] => [
  ...[0x20, local, 0xfd, 0x00, 3, ...encodeUnsigned(offset)],
];
/** Pushes the number at an address, twice. */
export const splat = (local: number, offset: number): number[] => [
  ...[0x20, local, 0xfd, 0x0a, 3, ...encodeUnsigned(offset)],
];
/** Pushes two float32 numbers at the address in a local, as float64. */
export const loadFloats = (local: number): number[] => [0x20, local, 0xfd, 0x5d, 2, 0, 0xfd, 0x5f];
/** Stores the pair in the local `value`. */
export const store = (local: number, offset: number, value: number): number[] => [
  ...[0x20, local, 0x20, value, 0xfd, 0x0b, 3, offset],
];
/** Stores the pair on the stack at the address below it plus `offset` bytes. */
export const storeAbove = (offset: number): number[] => [0xfd, 0x0b, 3, offset];
/** Products of two pairs. */
export const mul = [0xfd, 0xf2, 0x01];
/** Sums of two pairs. */
export const add = [0xfd, 0xf0, 0x01];
/** Differences of two pairs. */
export const sub = [0xfd, 0xf1, 0x01];
/** Joins the first or the second numbers of two pairs. */
export const joinLanes = (which: 0 | 1): number[] => [
  ...[0xfd, 0x0d],
  ...[0, 16].flatMap((base) => [...Array(8).keys()].map((byte) => base + 8 * which + byte)),
];
/** Begins a loop. */
export const loop = [0x03, 0x40];
/** Ends a block, a loop or a function. */
export const end = 0x0b;
/** Continues the loop while the i32 on the stack is below the local. */
export const repeatBelow = (local: number): number[] => [0x20, local, 0x49, 0x0d, 0];
/** Drops a value. */
export const drop = 0x1a;
