import type { WasmProgram } from "../wasm-codec.ts";

declare const program: WasmProgram;
export default program;
