/** Opens a recording ("wav": 30 minutes of stereo WAV made on the fly, else a file) and prints peak memory as JSON. */
import { type ByteSource, openAudio } from "../../../src/audio/index.ts";
import { openFileSource } from "../../../src/node/disk/file-source.ts";
import { createChunk, createFormat, joinRiff } from "../audio-files.ts";

function createEndlessWav(seconds: number): ByteSource {
  const rate = 16_000;
  const length = seconds * rate * 4;
  const head = joinRiff([
    createChunk("fmt ", createFormat(1, 2, rate, 4, 16)),
    createChunk("data", new Uint8Array(0), length),
  ]);
  const noise = Uint8Array.from({ length: 1 << 20 }, (_, i) => Math.imul(i, 2654435761) >>> 16);
  return {
    name: "long.wav",
    byteLength: head.length + length,
    read: async (offset, count) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(count, head.length + length - offset)));
      for (let i = 0; i < bytes.length; i++) {
        bytes[i] = offset + i < head.length ? head[offset + i]! : noise[(offset + i) & (noise.length - 1)]!;
      }
      return bytes;
    },
  };
}

const argument = process.argv[2] ?? "wav";
const source = argument === "wav" ? createEndlessWav(1800) : await openFileSource(argument);
const opened = await openAudio(source);
let samples = 0;
let windows = 0;
// Not `resourceUsage().maxRSS`: on Linux it includes the memory of the process that started this one.
let most = process.memoryUsage.rss();
for await (const window of opened.windows()) {
  samples += window.length;
  windows++;
  most = Math.max(most, process.memoryUsage.rss());
}
const megabytes = most / 2 ** 20;
process.stdout.write(JSON.stringify({ seconds: opened.facts.seconds, samples, windows, megabytes }));
