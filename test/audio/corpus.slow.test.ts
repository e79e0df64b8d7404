/**
 * Every file among the shared cases and the awkward files is decoded twice, here and by ffmpeg: the length and
 * the samples are the same within what decoding-tolerance.ts states for the codec, and what one refuses the other
 * refuses.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { createFfmpegDecoder } from "../../src/node/decode/ffmpeg-decoder.ts";
import { compareDecoded, decodeByFfmpeg, decodeHere } from "../support/both-ways.ts";
import { expectSameSound, getTolerance } from "../support/decoding-tolerance.ts";
import { hasFfmpeg, hasFfmpegNote } from "../support/ffmpeg.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { sharedData, sharedDataNote } from "../support/shared-data.ts";

const shared = resolve(sharedData ?? ".", "..");
const decoders = [createFfmpegDecoder()];

/** Files that ffmpeg decodes to something else than what they hold, and what is compared instead. */
const misread: Readonly<Record<string, { readonly args: readonly string[]; readonly gain: number }>> = {
  // Samples in the lower 24 of 32 bits.
  "cases/wav-s24in32-stereo.wav": {
    args: ["-f", "s32le", "-ar", "16000", "-ac", "2", "-skip_initial_bytes", "44"],
    gain: 256,
  },
};
/** Joined files, compared part by part, and where each part ends. */
const joined: Readonly<Record<string, (bytes: Uint8Array) => number[]>> = {
  "cases/mp3-three-joined-id3v1.mp3": (bytes) => findAll(bytes, "TAG", 0).map((at) => at + 128),
  "cases/vorbis-three-chained.ogg": (bytes) => [...findAll(bytes, "OggS\0\x02", 1), bytes.length],
};

function findAll(bytes: Uint8Array, text: string, from: number): number[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: number[] = [];
  for (let at = buffer.indexOf(text, from, "latin1"); at >= 0; at = buffer.indexOf(text, at + 1, "latin1"))
    found.push(at);
  return found;
}

function listFiles(folder: string): string[] {
  if (sharedData === undefined || !existsSync(join(shared, folder))) return [];
  return (
    readdirSync(join(shared, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(csv|md)$/.test(entry.name))
      .map(({ parentPath, name }) => relative(shared, join(parentPath, name)))
      // Those in folders are plain WAV; made-corpus.slow.test.ts decodes them.
      .filter((name) => !/^cases.(attack|layout|silence)/.test(name) && !/30min/.test(name))
      .sort()
  );
}

describe.skipIf(!hasFfmpeg || !sharedData)(`shared files, both ways${hasFfmpegNote}${sharedDataNote}`, () => {
  const files = [...listFiles("cases"), ...listFiles("data/torture")];

  it.each(files.filter((name) => !joined[name]))("%s", async (name) => {
    const path = join(shared, name);
    const { args, gain } = misread[name] ?? { args: [], gain: 1 };
    const other = decodeByFfmpeg(path, args);
    if (!other || other.planes[0]!.length === 0) {
      await expect(decodeHere(path, decoders)).rejects.toMatchObject({ name: "GolemError" });
      return;
    }
    const planes =
      gain === 1 ? other.planes : other.planes.map((plane) => plane.map((value) => gain * value));
    const own = await decodeHere(path, decoders);
    // ffmpeg's own decoder of Opus is another one.
    const opus = own.codec === "opus" ? decodeByFfmpeg(path, ["-c:a", "libopus"]) : undefined;
    expectSameSound(own, opus ?? { ...other, planes });
  });

  it.each(files.filter((name) => joined[name]))("%s, part by part", async (name) => {
    const path = join(shared, name);
    const bytes = new Uint8Array(readFileSync(path));
    const own = await decodeHere(path);
    const folder = await createScratchFolder();
    let start = 0;
    let at = 0;
    for (const end of joined[name]!(bytes)) {
      const part = join(folder, `${start}-${end}`);
      await writeFile(part, bytes.subarray(start, end));
      const other = decodeByFfmpeg(part)!;
      const length = other.planes[0]!.length;
      const { noiseDb, lag } = compareDecoded(
        { planes: [own.planes[0]!.subarray(at, at + length)] },
        { planes: other.planes },
        2400,
      );
      expect(noiseDb, `part at byte ${start}`).toBeLessThan(-60);
      at += length - lag;
      start = end;
    }
    expect(start).toBe(bytes.length);
    expect(Math.abs(at - own.planes[0]!.length)).toBeLessThan(3 * getTolerance(own.codec).length);
  });
});
