/** Damaged files of every format: each decodes to finite samples or rejects with a coded error, quickly. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createTone, createWav, readAll } from "../../test/support/audio-files.ts";
import { isThorough, scaleRuns } from "../../test/support/effort.ts";
import { sharedData, sharedDataNote } from "../../test/support/shared-data.ts";
import { GolemError } from "../core/error.ts";
import { createRandom } from "../core/random.ts";

/** Flips some bytes, or cuts, or repeats a piece, or overwrites a run. */
function damage(original: Uint8Array, seed: number): Uint8Array {
  const random = createRandom(seed);
  const bytes = original.slice();
  // half of the time near the headers, where lies do most harm
  const place = (): number => random.integer(random.integer(2) ? bytes.length : Math.min(bytes.length, 200));
  switch (random.integer(4)) {
    case 0:
      return bytes.subarray(0, place());
    case 1: {
      const at = place();
      bytes.fill(random.integer(256), at, at + random.integer(64));
      return bytes;
    }
    case 2: {
      const at = place();
      bytes.copyWithin(at, place(), Math.min(bytes.length, at + 1 + random.integer(500)));
      return bytes;
    }
    default:
      for (let flips = 1 + random.integer(20); flips > 0; flips--) bytes[place()] = random.integer(256);
      return bytes;
  }
}

async function runDamaged(original: Uint8Array, runs: number): Promise<{ decoded: number; refused: number }> {
  const result = { decoded: 0, refused: 0 };
  for (let seed = 0; seed < runs; seed++) {
    try {
      const { windows } = await readAll(damage(original, seed), { maximumSeconds: 20 });
      for (const window of windows) {
        for (const value of window)
          if (!Number.isFinite(value)) throw new Error(`seed ${seed} gave ${value}`);
      }
      result.decoded++;
    } catch (error) {
      if (!(error instanceof GolemError)) throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      result.refused++;
    }
  }
  return result;
}

describe("damaged WAV files", () => {
  it.each(["u8", "s16", "s24", "f32"] as const)("%s", async (kind) => {
    const runs = scaleRuns(200);
    const { decoded, refused } = await runDamaged(createWav(createTone(8000, 0.2, 2), 8000, kind), runs);
    expect(decoded).toBeGreaterThan(runs / 10);
    expect(refused).toBeGreaterThan(runs / 40);
  });
});

describe.skipIf(!sharedData)(`damaged files of other formats${sharedDataNote}`, () => {
  it.each([
    "gen_flac24_96000.flac",
    "gen_truncated.flac",
    "gen_no_headers.mp3",
    "gen_vbr_id3v2_cover.mp3",
    "gen_vorbis.ogg",
    "gen_opus_16k_input.ogg",
    "gen_ima_adpcm_22050.wav",
    "gen_ms_adpcm_22050.wav",
    "gen_mp3_in_wav_stereo_24000.wav",
    "gen_aiff16.aiff",
    "gen_rf64.wav",
  ])("%s", async (name) => {
    const original = new Uint8Array(readFileSync(resolve(sharedData ?? ".", "torture", name)));
    const runs = scaleRuns(100, 1 / 10);
    const { decoded, refused } = await runDamaged(original, runs);
    expect(decoded + refused).toBe(runs);
    // Of ten damaged Vorbis files none may be decodable.
    if (isThorough) expect(decoded).toBeGreaterThan(0);
    // and the next good file is not poisoned by the bad ones
    const { facts } = await readAll(original);
    expect(facts.seconds).toBeGreaterThan(0.3);
  });
});
