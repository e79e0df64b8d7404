/**
 * Reads the WAV files of speech synthesisers: 16 bits, one channel. Sizes in the header may be wrong, since
 * programs that write to a pipe do not know them in advance.
 *
 * Not its concern: other WAV files (see audio/formats/wav/wav-decoder.ts).
 */
import { GolemError } from "../core/error.ts";
import type { Speech } from "./voice.ts";

/** Reads the speech. Throws `synthesis-failed` for other files, and if there is no speech. */
export function readSpeech(bytes: Uint8Array): Speech {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const getName = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  let sampleRate = 0;
  let isReadable = false;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if (getName(at) === "data") {
      const end = Math.min(bytes.length, start + size);
      const samples = new Float32Array(isReadable ? (end - start) >> 1 : 0);
      for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(start + 2 * i, true) / 32_768;
      if (samples.some((sample) => sample !== 0)) return { samples, sampleRate };
      break;
    }
    if (getName(at) === "fmt " && start + 16 <= bytes.length) {
      sampleRate = view.getUint32(start + 4, true);
      isReadable =
        view.getUint16(start, true) === 1 &&
        view.getUint16(start + 2, true) === 1 &&
        view.getUint16(start + 14, true) === 16;
    }
    at = start + size + (size % 2);
  }
  throw new GolemError("synthesis-failed", "The synthesiser wrote no speech; expected 16-bit mono WAV.", {
    hint: "Texts need letters that the voice's language has.",
  });
}
