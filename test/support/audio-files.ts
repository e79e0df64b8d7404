/** Builds small audio files in memory, so that tests of decoders mean something without any recordings. */
import {
  type AudioFacts,
  createMemorySource,
  type OpenAudioOptions,
  openAudio,
} from "../../src/audio/index.ts";
import { openFileSource } from "../../src/node/disk/file-source.ts";

/** A sine at half of full scale; channel k carries k times the frequency. */
export function createTone(
  rate: number,
  seconds: number,
  channels = 1,
  hertz = 440,
  gain = 0.5,
): Float32Array[] {
  return Array.from({ length: channels }, (_, channel) =>
    Float32Array.from(
      { length: Math.round(rate * seconds) },
      (_, i) => gain * Math.sin((2 * Math.PI * hertz * (channel + 1) * i) / rate),
    ),
  );
}

/** How to write one sample: bytes it takes, and the function that writes it. */
export type SampleWriter = readonly [number, (view: DataView, offset: number, value: number) => void];

const clip = (value: number, scale: number): number =>
  Math.max(-scale, Math.min(scale - 1, Math.round(value * scale)));

/** Little-endian writers by name. */
export const writers = {
  u8: [1, (view, at, value) => view.setUint8(at, clip(value, 128) + 128)],
  s16: [2, (view, at, value) => view.setInt16(at, clip(value, 32_768), true)],
  s24: [
    3,
    (view, at, value) => {
      const integer = clip(value, 8_388_608);
      view.setUint16(at, integer & 0xffff, true);
      view.setInt8(at + 2, integer >> 16);
    },
  ],
  s32: [4, (view, at, value) => view.setInt32(at, clip(value, 2_147_483_648), true)],
  f32: [4, (view, at, value) => view.setFloat32(at, value, true)],
  f64: [8, (view, at, value) => view.setFloat64(at, value, true)],
} satisfies Record<string, SampleWriter>;

/** Interleaves planes. */
export function interleave(planes: readonly Float32Array[], [width, write]: SampleWriter): Uint8Array {
  const frames = planes[0]?.length ?? 0;
  const bytes = new Uint8Array(frames * planes.length * width);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < frames; i++) {
    for (const [channel, plane] of planes.entries()) {
      write(view, (i * planes.length + channel) * width, plane[i]!);
    }
  }
  return bytes;
}

/** One chunk of a RIFF file, padded to an even length. */
export function createChunk(id: string, body: Uint8Array, declared = body.length): Uint8Array {
  const bytes = new Uint8Array(8 + body.length + (body.length & 1));
  bytes.set([...id].map((letter) => letter.charCodeAt(0)));
  new DataView(bytes.buffer).setUint32(4, declared, true);
  bytes.set(body, 8);
  return bytes;
}

/** The body of a fmt chunk. */
export function createFormat(
  tag: number,
  channels: number,
  rate: number,
  align: number,
  bits: number,
): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, tag, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, rate, true);
  view.setUint32(8, rate * align, true);
  view.setUint16(12, align, true);
  view.setUint16(14, bits, true);
  return bytes;
}

/** Joins chunks behind a RIFF header. */
export function joinRiff(chunks: readonly Uint8Array[], id = "RIFF"): Uint8Array {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(12 + length);
  bytes.set(createChunk(id, new Uint8Array(0), 4 + length));
  bytes.set(
    [..."WAVE"].map((letter) => letter.charCodeAt(0)),
    8,
  );
  let at = 12;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** A plain WAV file. */
export function createWav(
  planes: readonly Float32Array[],
  rate: number,
  kind: keyof typeof writers = "s16",
): Uint8Array {
  const [width] = writers[kind];
  const tag = kind.startsWith("f") ? 3 : 1;
  return joinRiff([
    createChunk("fmt ", createFormat(tag, planes.length, rate, planes.length * width, width * 8)),
    createChunk("data", interleave(planes, writers[kind])),
  ]);
}

/** Opens bytes and reads all windows. */
export async function readAll(
  bytes: Uint8Array,
  options: OpenAudioOptions = {},
  name = "clip",
): Promise<{ facts: AudioFacts; windows: Float32Array[] }> {
  const opened = await openAudio(createMemorySource(bytes, name), options);
  const windows: Float32Array[] = [];
  for await (const window of opened.windows()) windows.push(window);
  return { facts: opened.facts, windows };
}

/** Amplitude of the component at `hertz`, measured under a Hann window away from the ends. */
export function measureTone(samples: Float32Array, rate: number, hertz: number): number {
  let real = 0;
  let imaginary = 0;
  let weight = 0;
  for (let i = 0; i < samples.length; i++) {
    const hann = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / samples.length);
    real += hann * samples[i]! * Math.cos((2 * Math.PI * hertz * i) / rate);
    imaginary += hann * samples[i]! * Math.sin((2 * Math.PI * hertz * i) / rate);
    weight += hann;
  }
  return (2 * Math.hypot(real, imaginary)) / weight;
}

/** The first window of a file, as encoders get it: 16 kHz, trimmed. */
export async function readWindow(path: string): Promise<Float32Array> {
  const source = await openFileSource(path);
  try {
    for await (const window of (await openAudio(source, { sampleRate: 16_000 })).windows()) return window;
    throw new Error(`${path} has no window`);
  } finally {
    await source.close();
  }
}
