/**
 * The voices of Flite (Black and Lenzo 2001, "Flite: a small fast run-time synthesis engine"), a WebAssembly
 * program for WASI: four American ones.
 *
 * Not its concern: where the program's file comes from.
 *
 * The program needs a dozen of WASI's functions: its arguments, one file to write (the WAV, kept in memory),
 * and its exit. They are implemented here, so that it runs the same in Node and in browsers and has no file
 * system.
 */
import { GolemError } from "../core/error.ts";
import type { Voice } from "./voice.ts";
import { readSpeech } from "./wav-speech.ts";

/** The program: its file, and the SHA-256 of its bytes. */
export const fliteFile = {
  name: "flite.wasm",
  sha256: "f975276f4f2a6de78613f197533aac2167d181b77020866d142d594bcc2a0e80",
  bytes: 21_530_456,
} as const;

const names = ["slt", "rms", "awb", "kal16"] as const;

/** Creates the voices from the bytes of flite.wasm. */
export async function createFliteVoices(program: Uint8Array<ArrayBuffer>): Promise<Voice[]> {
  const module = await WebAssembly.compile(program);
  return names.map((name) => ({
    name: `flite-${name}`,
    async speak(text, { rate, pitch }) {
      const settings = { duration_stretch: 1 / rate, f0_shift: pitch };
      const set = Object.entries(settings).flatMap(([key, value]) => [
        "--setf",
        `${key}=${value.toFixed(3)}`,
      ]);
      // A text without a space would be interpreted as a file name.
      const run = runProgram(module, [
        "flite",
        "-voice",
        name,
        ...set,
        "-t",
        `${text} `,
        "-o",
        "/speech.wav",
      ]);
      if (run.exitCode === 0) return readSpeech(run.written);
      throw new GolemError("synthesis-failed", `Flite could not speak "${text}": ${run.messages.trim()}.`, {
        hint: "Write it in English words.",
      });
    },
  }));
}

/** File descriptors: the folder that is offered, and the file that is written. */
const [folder, file] = [3, 4];
/** WASI's number for a bad descriptor. */
const badDescriptor = 8;

class Exit extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Runs a WASI program that writes one file. */
function runProgram(
  module: WebAssembly.Module,
  args: readonly string[],
): { exitCode: number; written: Uint8Array; messages: string } {
  const encoded = args.map((arg) => new TextEncoder().encode(`${arg.replaceAll("\0", " ")}\0`));
  const decoder = new TextDecoder();
  const chunks: Uint8Array[] = [];
  let messages = "";
  let memory: WebAssembly.Memory | undefined;
  const getBytes = () => new Uint8Array(memory!.buffer);
  const getView = () => new DataView(memory!.buffer);
  const set = (at: number, value: number): void => getView().setUint32(at, value, true);
  const functions: Record<string, (...args: never[]) => number> = {
    args_sizes_get(count: number, bytes: number) {
      set(count, encoded.length);
      set(
        bytes,
        encoded.reduce((sum, { length }) => sum + length, 0),
      );
      return 0;
    },
    args_get(pointers: number, buffer: number) {
      let at = buffer;
      for (const [i, arg] of encoded.entries()) {
        set(pointers + 4 * i, at);
        getBytes().set(arg, at);
        at += arg.length;
      }
      return 0;
    },
    clock_time_get(_clock: number, _precision: bigint, at: number) {
      getView().setBigUint64(at, 0n, true);
      return 0;
    },
    fd_close: () => 0,
    fd_fdstat_get(descriptor: number, at: number) {
      getBytes().fill(0, at, at + 24);
      // Types: character device, folder, file; all rights.
      getView().setUint8(at, descriptor < folder ? 2 : descriptor === folder ? 3 : 4);
      getBytes().fill(0xff, at + 8, at + 24);
      return 0;
    },
    fd_fdstat_set_flags: () => 0,
    fd_prestat_get(descriptor: number, at: number) {
      if (descriptor !== folder) return badDescriptor;
      set(at, 0);
      set(at + 4, 1);
      return 0;
    },
    fd_prestat_dir_name(_descriptor: number, at: number) {
      getBytes()[at] = "/".charCodeAt(0);
      return 0;
    },
    fd_read(_descriptor: number, _vectors: number, _count: number, read: number) {
      set(read, 0);
      return 0;
    },
    fd_seek: () => badDescriptor,
    fd_write(descriptor: number, vectors: number, count: number, written: number) {
      let total = 0;
      for (let i = 0; i < count; i++) {
        const at = getView().getUint32(vectors + 8 * i, true);
        const length = getView().getUint32(vectors + 8 * i + 4, true);
        const bytes = getBytes().slice(at, at + length);
        if (descriptor === file) chunks.push(bytes);
        else messages += decoder.decode(bytes);
        total += length;
      }
      set(written, total);
      return 0;
    },
    path_open(...given: number[]) {
      set(given[8]!, file);
      return 0;
    },
    proc_exit(code: number) {
      throw new Exit(code);
    },
  };
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: functions });
  const { memory: own, _start: start } = instance.exports;
  memory = own as WebAssembly.Memory;
  let exitCode = 0;
  try {
    (start as () => void)();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    exitCode = error.exitCode;
  }
  const written = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    written.set(chunk, at);
    at += chunk.length;
  }
  return { exitCode, written, messages };
}
