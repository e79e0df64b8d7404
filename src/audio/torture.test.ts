/**
 * Every file in the folder of awkward files: valid ones decode without warnings, the rest reject with a
 * reason.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { measureTone } from "../../test/support/audio-files.ts";
import { hasFfmpeg, hasFfmpegNote } from "../../test/support/ffmpeg.ts";
import { sharedData, sharedDataNote } from "../../test/support/shared-data.ts";
import { createFfmpegDecoder } from "../node/decode/ffmpeg-decoder.ts";
import { openFileSource } from "../node/disk/file-source.ts";
import { decodeSource } from "./formats/decode-source.ts";
import { openAudio } from "./open-audio.ts";

interface Row {
  readonly file_name: string;
  readonly expect: "valid" | "warn" | "error";
  readonly sample_rate: string;
  readonly channels: string;
  readonly duration_seconds: string;
}
const folder = resolve(sharedData ?? ".", "torture");
const rows: Row[] = sharedData ? parse(readFileSync(resolve(folder, "expected.csv")), { columns: true }) : [];
const decoders = [createFfmpegDecoder()];
const needsFfmpeg = (name: string) => /\.(m4a|webm|mp4)$/.test(name);
// levels that are not the half of full scale the others have (what ffmpeg decodes them to)
const levels: readonly (readonly [RegExp, number])[] = [
  [/truncated\.(flac|ogg)$/, 0.25],
  [/alaw_stereo|mp3_in_wav_stereo/, 0.125 * Math.SQRT1_2],
  [/mp3_in_wav_11025|pcm16_8012|pcm8_11025/, 0.125],
];
// both channels of these carry 440 Hz
const sameChannels = /alaw_stereo|mp3_in_wav_stereo/;
// files whose content is something else than a tone a channel
const toneless = /silence|1sample|square|over_range|nan_inf|no_headers/;

async function examine(name: string) {
  const source = await openFileSource(resolve(folder, name));
  try {
    const opened = await openAudio(source, { decoders });
    let samples = 0;
    for await (const window of opened.windows()) {
      samples += window.length;
      for (const value of window) if (!Number.isFinite(value)) throw new Error(`${name} gave ${value}`);
    }
    return { facts: opened.facts, samples };
  } finally {
    await source.close();
  }
}

describe.skipIf(!sharedData)(`awkward files${sharedDataNote}`, () => {
  // The recording of 30 minutes is in long-recording.test.ts.
  for (const row of rows.filter(({ file_name: name }) => !name.includes("30min"))) {
    const { file_name: name } = row;
    const skipped = needsFfmpeg(name) && !hasFfmpeg;
    it.skipIf(skipped)(`${row.expect}: ${name}${needsFfmpeg(name) ? hasFfmpegNote : ""}`, async () => {
      if (row.expect === "error") {
        await expect(examine(name)).rejects.toMatchObject({
          name: "GolemError",
          message: expect.stringContaining(name),
        });
        return;
      }
      const { facts, samples } = await examine(name);
      expect(facts.sampleRate).toBe(Number(row.sample_rate));
      expect(facts.channels).toBe(Number(row.channels));
      const seconds = Number(row.duration_seconds);
      const lossless = facts.codec.startsWith("pcm") || facts.codec.endsWith("law") || facts.codec === "flac";
      expect(Math.abs(facts.seconds - seconds)).toBeLessThan(lossless ? 1 / facts.sampleRate : 0.1);
      expect(Math.abs(samples / 16_000 - (facts.kept[1] - facts.kept[0]))).toBeLessThan(1e-4);
      const legal = ["silent", "above-full-scale"];
      const warnings = facts.warnings.filter(({ code }) => !legal.includes(code));
      if (row.expect === "valid") expect(warnings).toEqual([]);
      else expect(warnings.length).toBeGreaterThan(0);
    });

    if (row.expect === "error" || toneless.test(name)) continue;
    it.skipIf(skipped)(`tones: ${name}`, async () => {
      const source = await openFileSource(resolve(folder, name));
      const { stream } = await decodeSource(source, decoders, {});
      const parts: Float32Array[][] = Array.from({ length: stream.channels }, () => []);
      for await (const planes of stream.chunks)
        for (const [i, plane] of planes.entries()) parts[i]!.push(plane.slice());
      await source.close();
      const expected = levels.find(([pattern]) => pattern.test(name))?.[1] ?? 0.5;
      for (const [channel, planes] of parts.entries()) {
        const plane = Float32Array.from(planes.flatMap((part) => [...part]));
        const level = measureTone(
          plane,
          stream.sampleRate,
          440 * (sameChannels.test(name) ? 1 : channel + 1),
        );
        expect(Math.abs(level / expected - 1), `channel ${channel + 1}: ${level}`).toBeLessThan(0.1);
      }
    });
  }
});
