/** The type of libvorbis.js: libVorbis compiled to WebAssembly (README.md). */
import type { WasmProgram } from "../wasm-codec.ts";

declare const program: WasmProgram;
export default program;
