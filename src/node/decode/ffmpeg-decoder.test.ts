import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTone, createWav, measureTone } from "../../../test/support/audio-files.ts";
import { chooseCases } from "../../../test/support/effort.ts";
import { hasFfmpeg, hasFfmpegNote } from "../../../test/support/ffmpeg.ts";
import { createMemorySource, openAudio } from "../../audio/index.ts";
import { openFileSource } from "../disk/file-source.ts";
import { createFfmpegDecoder } from "./ffmpeg-decoder.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golem-ffmpeg-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function encode(name: string, seconds: number, options: readonly string[] = []): Promise<string> {
  const wav = join(folder, "tone.wav");
  await writeFile(wav, createWav(createTone(44_100, seconds, 2), 44_100));
  const file = join(folder, name);
  const run = spawnSync("ffmpeg", ["-y", "-v", "error", "-i", wav, ...options, `file:${file}`]);
  if (run.status !== 0) throw new Error(String(run.stderr));
  return file;
}

async function open(file: string, signal?: AbortSignal) {
  const source = await openFileSource(file);
  try {
    const opened = await openAudio(source, { decoders: [createFfmpegDecoder()], trim: false, signal });
    const windows: Float32Array[] = [];
    for await (const window of opened.windows()) windows.push(window);
    return { facts: opened.facts, windows };
  } finally {
    await source.close();
  }
}

describe.skipIf(!hasFfmpeg)(`createFfmpegDecoder${hasFfmpegNote}`, () => {
  it("decodes M4A, with its own rate and channels", async () => {
    const { facts, windows } = await open(await encode("-y clip 'x' $(id).m4a", 1));
    expect(facts).toMatchObject({
      container: "mp4",
      codec: "aac",
      sampleRate: 44_100,
      channels: 2,
      warnings: [],
    });
    expect(Math.abs(facts.seconds - 1)).toBeLessThan(0.1);
    expect(measureTone(windows[0]!, 16_000, 440)).toBeCloseTo(0.25, 1);
  });

  it.each(["aac", "amr"])("does not reject %s for the duration estimated by ffmpeg", async (name) => {
    const file = join(folder, `guessed.${name}`);
    if (name === "aac") {
      // The file starts with silence, whose bitrate ffmpeg uses for the estimate.
      const source = "anullsrc=r=16000:cl=mono:d=1[a];anoisesrc=r=16000:d=5:a=0.9[b];[a][b]concat=v=0:a=1";
      const args = ["-y", "-v", "error", "-filter_complex", source, "-c:a", "aac", "-b:a", "96k", file];
      expect(spawnSync("ffmpeg", args).status).toBe(0);
    } else {
      // Frames without data, of a byte each, and frames of 12.2 kbit/s; each is 20 ms.
      const frames = Array.from({ length: 300 }, (_, i) =>
        i < 50 ? [0x7c] : [0x3c, ...Array.from({ length: 31 }, (__, k) => (i * 37 + k * 11) & 0xff)],
      );
      await writeFile(
        file,
        Uint8Array.from([..."#!AMR\n"].map((c) => c.charCodeAt(0)).concat(frames.flat())),
      );
    }
    const source = await openFileSource(file);
    const decoder = createFfmpegDecoder();
    const { declaredSeconds = 0, isEstimate } = await decoder.decode(source, {});
    expect(isEstimate).toBe(true);
    const limits = { maximumSeconds: 6.3, maximumSamples: 6.3 * 16_000 };
    const { facts } = await openAudio(source, { decoders: [decoder], trim: false, ...limits });
    await source.close();

    expect(Math.abs(facts.seconds - 6)).toBeLessThan(0.2);
    // Without an estimate above the limit, the test would prove nothing.
    if (name === "aac") expect(declaredSeconds).toBeGreaterThan(6.3);
  });

  it("decodes recordings longer than a window a second time", async () => {
    const { facts, windows } = await open(await encode("long.m4a", 40));
    expect(windows.length).toBe(2);
    expect(windows[0]!.length + windows[1]!.length).toBe(Math.round(facts.kept[1] * 16_000));
  });

  it("stops a recording that is too long", async () => {
    const source = await openFileSource(await encode("over.mka", 5));
    const opening = openAudio(source, { decoders: [createFfmpegDecoder()], maximumSeconds: 2 });
    await expect(opening).rejects.toMatchObject({ code: "too-long" });
    await source.close();
  });

  it("reports a damaged file", async () => {
    const file = join(folder, "cut.m4a");
    await writeFile(
      file,
      Uint8Array.of(0, 0, 0, 32, ...new TextEncoder().encode("ftypM4A \0\0\0\0M4A mp42isom")),
    );
    await expect(open(file)).rejects.toMatchObject({
      code: "corrupt-audio",
      message: expect.stringContaining("cut.m4a"),
    });
  });

  const inMemory = [
    "last.m4a",
    "fragments.mp4",
    "clip.mka",
    "clip.aac",
    "clip.caf",
    "clip.au",
    "clip.w64",
    "clip.wv",
    "clip.wma",
  ];
  it.each(chooseCases(inMemory, 3))("decodes bytes in memory as it decodes a file: %s", async (name) => {
    const fragments = ["-movflags", "frag_keyframe+empty_moov"];
    const file = await encode(name, 3, name === "fragments.mp4" ? fragments : []);
    const decoders = [createFfmpegDecoder()];
    const opened = await openAudio(createMemorySource(await readFile(file), name), { decoders, trim: false });
    const { facts } = await open(file);
    expect(opened.facts).toMatchObject({ container: facts.container, codec: facts.codec, warnings: [] });
    expect(opened.facts.audioHash).toBe(facts.audioHash);
  });

  it("opens no file that bytes in memory name", async () => {
    const list = `ffconcat version 1.0\nfile '${await encode("secret.wav", 1)}'\n`;
    const bytes = Buffer.concat([Uint8Array.of(0x0b, 0x77), Buffer.from(list)]);
    const decoders = [createFfmpegDecoder()];
    await expect(openAudio(createMemorySource(bytes, "a.ac3"), { decoders })).rejects.toMatchObject({
      code: "corrupt-audio",
    });
  });

  const others = [
    ["clip.tta", "tta", []],
    ["clip.voc", "voc", []],
    ["speex.ogg", "ogg", ["-c:a", "libspeex", "-ar", "16000"]],
    ["gsm.wav", "wav", ["-c:a", "libgsm_ms", "-ar", "8000", "-ac", "1"]],
    ["yamaha.wav", "wav", ["-c:a", "adpcm_yamaha"]],
    ["qt.aifc", "aiff", ["-f", "aiff", "-c:a", "adpcm_ima_qt"]],
    ["raw.gsm", "gsm", ["-c:a", "libgsm", "-ar", "8000", "-ac", "1"]],
    ["clip.sox", "sox", []],
    ["clip.rso", "rso", ["-ar", "8000", "-ac", "1"]],
  ] as const;
  it.each(chooseCases(others, 3))(
    "decodes formats that are not built in or not recognised: %s",
    async (name, container, options) => {
      let file: string;
      try {
        file = await encode(name, 1, options);
      } catch {
        return; // This ffmpeg lacks the encoder.
      }
      const { facts, windows } = await open(file);
      expect(facts.container).toBe(container);
      expect(Math.abs(facts.seconds - 1)).toBeLessThan(0.06);
      expect(measureTone(windows[0]!, 16_000, 440)).toBeGreaterThan(0.15);
    },
  );

  it("decodes NIST SPHERE to the same samples", async () => {
    const samples = Int16Array.from(
      { length: 16_000 },
      (_, i) => 9000 * Math.sin((2 * Math.PI * 440 * i) / 16_000),
    );
    const fields = [
      "channel_count -i 1",
      "sample_count -i 16000",
      "sample_rate -i 16000",
      "sample_n_bytes -i 2",
    ];
    const more = [
      "sample_byte_format -s2 01",
      "sample_sig_bits -i 16",
      "sample_coding -s3 pcm",
      "end_head",
      "",
    ];
    const head = Buffer.alloc(1024, " ");
    head.write(["NIST_1A", "   1024", ...fields, ...more].join("\n"));
    const file = join(folder, "speech.sph");
    await writeFile(file, Buffer.concat([head, Buffer.from(samples.buffer)]));
    const { facts, windows } = await open(file);
    expect(facts).toMatchObject({ container: "sphere", sampleRate: 16_000, channels: 1, warnings: [] });
    expect(windows[0]).toEqual(Float32Array.from(samples, (value) => value / 32_768));
  });

  it.each([
    ["text.wav", "This is not sound."],
    ["list.wav", "ffconcat version 1.0\nfile secret.wav\n"],
    ["playlist.wav", "#EXTM3U\n#EXTINF:1,\nsecret.wav\n"],
    ["zeros.wav", "\0".repeat(20_000)],
  ])("rejects files without sound, and opens no file that they name: %s", async (name, text) => {
    await encode("secret.wav", 1);
    const file = join(folder, name);
    await writeFile(file, text);
    await expect(open(file)).rejects.toMatchObject({
      code: "not-audio",
      message: expect.stringContaining(name),
    });
  });

  it("states how samples without a header can be read", async () => {
    const file = join(folder, "phone.ul");
    await writeFile(
      file,
      Uint8Array.from({ length: 8000 }, (_, i) => (i * 97) & 0xff),
    );
    await expect(open(file)).rejects.toMatchObject({
      code: "not-audio",
      message: expect.stringContaining("samples without a header (mu-law)"),
      hint: expect.stringContaining("ffmpeg -f mulaw"),
    });
  });

  it("stops when aborted", async () => {
    const file = await encode("abort.m4a", 1);
    await expect(open(file, AbortSignal.abort())).rejects.toMatchObject({ code: "aborted" });
  });
});

describe("without ffmpeg", () => {
  const head = Uint8Array.of(0, 0, 0, 32, ...new TextEncoder().encode("ftypM4A \0\0\0\0M4A mp42isom"));
  it("reports a missing program", async () => {
    const file = join(folder, "none.m4a");
    await writeFile(file, head);
    const source = await openFileSource(file);
    const decoders = [createFfmpegDecoder({ command: join(folder, "no-such-ffmpeg") })];
    await expect(openAudio(source, { decoders })).rejects.toMatchObject({
      code: "needs-ffmpeg",
      hint: expect.stringContaining("Install ffmpeg"),
    });
    await source.close();
  });
});

describe("formats that only ffmpeg reads, without it", () => {
  it.each([
    ["a.tta", "TTA1", "needs-ffmpeg", /True Audio/],
    ["a.voc", "Creative Voice File\x1a", "needs-ffmpeg", /Creative Voice/],
    ["a.sph", "NIST_1A\n", "needs-ffmpeg", /SPHERE/],
  ])("%s is named in the error", async (name, head, code, format) => {
    const bytes = new Uint8Array(2000);
    bytes.set(new TextEncoder().encode(head));
    for (const decoders of [[], [createFfmpegDecoder({ command: join(folder, "no-such-ffmpeg") })]]) {
      await expect(openAudio(createMemorySource(bytes, name), { decoders })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(format),
        hint: expect.stringContaining("ffmpeg"),
      });
    }
  });

  it("names the codec of a WAV file", async () => {
    const bytes = createWav(createTone(8000, 1), 8000);
    bytes[20] = 0x31;
    for (const decoders of [[], [createFfmpegDecoder({ command: join(folder, "no-such-ffmpeg") })]]) {
      await expect(openAudio(createMemorySource(bytes, "phone.wav"), { decoders })).rejects.toMatchObject({
        code: "unsupported-codec",
        message: expect.stringContaining("GSM 6.10"),
        hint: expect.stringMatching(/ffmpeg/),
      });
    }
  });
});

describe("openFileSource", () => {
  it("reads pieces, bounded by the end", async () => {
    const file = join(folder, "bytes.bin");
    await writeFile(file, Uint8Array.of(1, 2, 3, 4, 5));
    const source = await openFileSource(file);
    expect(source).toMatchObject({ name: "bytes.bin", byteLength: 5, path: file });
    expect([...(await source.read(1, 2))]).toEqual([2, 3]);
    expect([...(await source.read(3, 2 ** 40))]).toEqual([4, 5]);
    expect((await source.read(9, 2)).length).toBe(0);
    await source.close();
  });
  it("rejects with a code for missing files and folders", async () => {
    await expect(openFileSource(join(folder, "missing.wav"))).rejects.toMatchObject({
      code: "data-not-found",
    });
    await expect(openFileSource(folder)).rejects.toMatchObject({ code: "unreadable" });
    await symlink(join(folder, "nowhere"), join(folder, "dangling.wav"));
    await expect(openFileSource(join(folder, "dangling.wav"))).rejects.toMatchObject({
      code: "data-not-found",
    });
  });
});
