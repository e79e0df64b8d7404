/**
 * Starts codecs in WebAssembly (wasm/README.md) and allocates in their memory.
 *
 * Not its concern: which codec it is, containers.
 */
import * as common from "@wasm-audio-decoders/common";

/** The memory of a started codec. */
interface WasmMemory {
  /** Never grows, so views of it stay valid. */
  readonly HEAP: ArrayBuffer;
  malloc(bytes: number): number;
  free(pointer: number): void;
}

/** A codec of the folder `wasm`, created with a function that unpacks its code. */
export type WasmProgram = new (
  unpacker: unknown,
) => { instantiate(): WasmMemory & { readonly ready: Promise<void> } };

/** Exports of its package besides the declared types. */
const { WASMAudioDecoderCommon: Unpacker } = common as unknown as {
  readonly WASMAudioDecoderCommon: new () => unknown;
};

/** Starts an instance with the functions `T`. Instances are left to the garbage collector. */
export async function startWasm<T>(Program: WasmProgram): Promise<WasmMemory & T> {
  // The first instance creates the static methods.
  new Unpacker();
  const wasm = new Program(Unpacker).instantiate();
  await wasm.ready;
  return wasm as WasmMemory & T & { readonly ready: Promise<void> };
}

/** Allocates `length` numbers that are set to 0. */
export function allocateNumbers(wasm: WasmMemory, length = 1): Uint32Array {
  return new Uint32Array(wasm.HEAP, wasm.malloc(4 * length), length).fill(0);
}

/** Copies planes that are stored one after another. */
export function copyPlanes(
  { HEAP }: WasmMemory,
  pointer: number,
  channels: number,
  samples: number,
): Float32Array[] {
  return Array.from({ length: channels }, (_, i) =>
    new Float32Array(HEAP, pointer + 4 * i * samples, samples).slice(),
  );
}
