/** The type of libflac.js: libFLAC compiled to WebAssembly (README.md). */
import type { WasmProgram } from "../wasm-codec.ts";

declare const program: WasmProgram;
export default program;
