/** Wave64, AU and CAF files made by ffmpeg and by hand: the samples of the WAV file they were made of. */
import { spawnSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { hasFfmpeg, hasFfmpegNote } from "../../../test/support/ffmpeg.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { createStreamedSource } from "../streamed-source.ts";
import { decodeSource } from "./decode-source.ts";

const rate = 8000;
const tone = createTone(rate, 0.1);
const values = Array.from(tone[0]!, (value) => Math.round(value * 32_768) + 0);
const text = (letters: string): Uint8Array => Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
const samples = (isLittleEndian: boolean): Uint8Array => {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  for (const [i, value] of values.entries()) view.setInt16(2 * i, value, isLittleEndian);
  return new Uint8Array(view.buffer);
};

/** The three kinds, with the size of their samples as given. */
const kinds = {
  au: (size: number, more: Uint8Array = new Uint8Array(0)) => {
    const head = new DataView(text(".snd".padEnd(24, "\0")).buffer);
    for (const [i, value] of [24, size, 3, rate, 1].entries()) head.setUint32(4 + 4 * i, value);
    return joinBytes([new Uint8Array(head.buffer), samples(false), more]);
  },
  w64: (size: number, more: Uint8Array = new Uint8Array(0)) => {
    const mark = "\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
    const number = (value: number) => {
      const view = new DataView(new ArrayBuffer(8));
      view.setBigUint64(0, BigInt(value), true);
      return new Uint8Array(view.buffer);
    };
    const body = createWav(tone, rate).subarray(20, 36);
    return joinBytes([
      text("riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"),
      ...[number(0), text(`wave${mark}`), text(`fmt ${mark}`), number(40), body],
      ...[text(`data${mark}`), number(size === 0 ? 0 : size + 24), samples(true), more],
    ]);
  },
  caf: (size: number, more: Uint8Array = new Uint8Array(0)) => {
    const view = new DataView(new ArrayBuffer(32));
    view.setFloat64(0, rate);
    for (const [i, value] of [0x6c70_636d, 2, 2, 1, 1, 16].entries()) view.setUint32(8 + 4 * i, value);
    const data = new DataView(text("data............").buffer);
    data.setBigInt64(4, size === 0 ? 0n : BigInt(size) + 4n);
    return joinBytes([
      ...[text("caff\0\x01\0\0desc\0\0\0\0\0\0\0\x20"), new Uint8Array(view.buffer)],
      ...[new Uint8Array(data.buffer), samples(true), more],
    ]);
  },
} as const;

async function decode(bytes: Uint8Array, isStreamed = false) {
  async function* arrive() {
    for (let at = 0; at < bytes.length; at += 500) yield bytes.subarray(at, at + 500);
  }
  const source = isStreamed ? createStreamedSource(arrive(), "clip") : createMemorySource(bytes, "clip");
  const { stream } = await decodeSource(source, [], {});
  const plane: number[] = [];
  for await (const [first] of stream.chunks) plane.push(...first!.map((value) => value * 32_768 + 0));
  return { plane, stream, codes: stream.warnings.map(({ code }) => code) };
}

const own = 2 * values.length;
const tag = joinBytes([text("TAG"), new Uint8Array(125).fill(65)]);
const id3 = joinBytes([text("ID3\x03\0\0\0\0\0\x0f"), new Uint8Array(15)]);

describe.each(Object.entries(kinds))("%s", (container, create) => {
  it("has the samples of a WAV file, whether it is there or arrives", async () => {
    const { plane, stream, codes } = await decode(create(own));
    expect(stream).toMatchObject({ container, codec: "pcm-s16", sampleRate: rate, channels: 1 });
    expect(plane).toEqual(values);
    expect(codes).toEqual([]);
    expect((await decode(create(own), true)).plane).toEqual(values);
  });

  it.each([
    ["0", 0, "wrong-length"],
    ["0x7FFFFFFF", 0x7fff_ffff, "wrong-length"],
    ["past the end", own + 1000, "truncated"],
  ])("is read to its end where the stated size is %s", async (_, size, code) => {
    const { plane, codes } = await decode(create(size));
    expect(plane).toEqual(values);
    expect(codes).toEqual([code]);
  });

  it("may have tags around it; other bytes behind it are counted", async () => {
    const tagged = await decode(joinBytes([id3, id3, create(own, tag)]));
    expect(tagged.plane).toEqual(values);
    expect(tagged.codes).toEqual([]);
    const { plane, codes } = await decode(create(own, new Uint8Array(600).fill(7)));
    expect(plane).toEqual(values);
    expect(codes).toEqual(["bytes-left"]);
  });

  it("is refused without samples, and without a codec that is built in", async () => {
    const bytes = create(own);
    await expect(decode(bytes.slice(0, bytes.length - own))).rejects.toMatchObject({ code: "no-samples" });
    await expect(decode(bytes.slice(0, 23))).rejects.toHaveProperty("code");
  });

  it("is decoded or refused with a code, whatever one byte of its headers becomes", async () => {
    const whole = create(own);
    for (let at = 0; at < whole.length - own; at++) {
      for (const value of [0, 9, 24, 33, 255]) {
        const bytes = whole.slice();
        bytes[at] = value;
        const error = await decode(bytes).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error) expect(error, `byte ${at} as ${value}`).toHaveProperty("code");
      }
    }
  });
});

it.skipIf(!hasFfmpeg)(`decodes what ffmpeg writes${hasFfmpegNote}`, async () => {
  const folder = await createScratchFolder();
  const wav = join(folder, "tone.wav");
  await writeFile(wav, createWav(createTone(rate, 0.1, 2), rate));
  for (const [name, codec] of [
    ["a.au", "pcm_s8"],
    ["b.au", "pcm_s24be"],
    ["c.au", "pcm_alaw"],
    ["d.au", "pcm_f64be"],
    ["e.caf", "pcm_s24le"],
    ["f.caf", "pcm_f32be"],
    ["g.caf", "pcm_s8"],
    ["h.caf", "pcm_mulaw"],
    ["i.w64", "pcm_s24le"],
    ["j.w64", "pcm_u8"],
    ["k.w64", "pcm_f32le"],
  ] as const) {
    const path = join(folder, name);
    expect(spawnSync("ffmpeg", ["-v", "error", "-i", wav, "-c:a", codec, path]).status).toBe(0);
    const { stdout } = spawnSync("ffmpeg", ["-v", "error", "-i", path, "-f", "f32le", "-"]);
    const { plane, codes } = await decode(new Uint8Array(await readFile(path)));
    const floats = new Float32Array(
      stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length),
    );
    expect(plane, name).toEqual(
      Array.from(
        floats.filter((_, i) => i % 2 === 0),
        (value) => value * 32_768,
      ),
    );
    expect(codes, name).toEqual([]);
  }
});
