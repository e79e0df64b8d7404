/**
 * Converts segments of long recordings to recordings: each is cut out once and kept in the cache folder as a
 * WAV file. A long recording is decoded once for all of its segments, as a stream.
 *
 * Not its concern: where segments come from, which of them are used.
 */
import { createHash } from "node:crypto";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { createChunkCutter } from "../../audio/cut-segments.ts";
import { decodeSource } from "../../audio/formats/decode-source.ts";
import { createMixCount, readMono } from "../../audio/mono-stream.ts";
import { encodeWav } from "../../audio/wav-writer.ts";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Recording, RecordingOrigin } from "../../dataset/dataset.ts";
import { type LabelledSegment, nameSegment, type Segment } from "../../dataset/segment.ts";
import { systemDecoders } from "../decode/system-decoders.ts";
import { writeFileAtomic } from "../disk/atomic-write.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import { openFileSource } from "../disk/file-source.ts";

/** Version of the written files; to be raised when they change, so that segments are cut again. */
const cutVersion = 1;
/** Longest segment in seconds; a longer one is probably a mistake. */
const maximumSegmentSeconds = 30 * 60;

/**
 * Creates the recordings of one file's segments; nothing is read until they are fetched or opened.
 *
 * @param path Absolute path of the long recording.
 * @param segments Sorted by start.
 */
export function createSegmentRecordings(
  path: string,
  segments: readonly LabelledSegment[],
  cache: CacheFolder,
): Recording[] {
  const folder = join(cache.datasets, "segments");
  let hash: Promise<string> | undefined;
  /** Files that were already attempted; the long recording is not decoded again for them. */
  const attempted = new Set<string>();
  let failure: unknown;
  const locate = async ({ start, end }: Segment): Promise<string> => {
    hash ??= computeFileHash(path);
    const key = createHash("sha256").update(JSON.stringify([cutVersion, await hash, start, end]));
    return join(folder, `${key.digest("hex")}.wav`);
  };
  const cutMissing = async (wanted: readonly LabelledSegment[], options: WorkOptions): Promise<void> => {
    const missing: { segment: Segment; target: string }[] = [];
    for (const { segment } of wanted) {
      const target = await locate(segment);
      const isThere = await access(target).then(
        () => true,
        () => false,
      );
      if (!isThere && !attempted.has(target)) missing.push({ segment, target });
    }
    if (missing.length === 0) return;
    try {
      await cutFile(path, missing, options);
    } catch (error) {
      if (options.signal?.aborted) throw error;
      failure = error;
    }
    for (const { target } of missing) attempted.add(target);
  };
  const byName = new Map(segments.map((own) => [nameSegment(own.file, own.segment), own]));
  const origin: RecordingOrigin = {
    fetch: (recordings, options) =>
      cutMissing(
        recordings.flatMap(({ file }) => byName.get(file) ?? []),
        options,
      ),
  };
  return segments.map((own) => ({
    file: nameSegment(own.file, own.segment),
    label: own.label,
    split: own.split,
    source: own.file,
    segment: own.segment,
    longFile: path,
    ...(own.speaker === undefined ? {} : { speaker: own.speaker }),
    origin,
    open: async () => {
      await cutMissing([own], {});
      const target = await locate(own.segment);
      const source = await openFileSource(target).catch((error: unknown) => {
        if (failure !== undefined) throw failure;
        if (!(error instanceof GolemError && error.code === "data-not-found")) throw error;
        throw new GolemError(
          "data-not-found",
          `${nameSegment(own.file, own.segment)} is after the end of the recording.`,
          { hint: "Correct the times of the annotation; they are seconds from the start of the file." },
        );
      });
      return { ...source, name: nameSegment(own.file, own.segment) };
    },
  }));
}

/** Decodes a file once and writes its segments, except those after its end. */
async function cutFile(
  path: string,
  missing: readonly { readonly segment: Segment; readonly target: string }[],
  { signal, onProgress }: WorkOptions,
): Promise<void> {
  const long = missing.find(({ segment }) => segment.end - segment.start > maximumSegmentSeconds);
  if (long) {
    throw new GolemError(
      "too-long",
      `An annotation of ${path} lasts ${Math.round(long.segment.end - long.segment.start)} s; expected at most ${maximumSegmentSeconds} s.`,
      { hint: "Shorten it, or annotate parts of it." },
    );
  }
  const source = await openFileSource(path);
  try {
    const { stream } = await decodeSource(source, systemDecoders, { signal });
    const { sampleRate } = stream;
    const cutter = createChunkCutter(
      missing.map(({ segment }) => segment),
      sampleRate,
    );
    const stage = "cutting recordings";
    let completed = 0;
    const write = async (cut: readonly { index: number; samples: Float32Array }[]): Promise<void> => {
      for (const { index, samples } of cut) {
        await writeFileAtomic(missing[index]!.target, encodeWav(samples, sampleRate, "pcm16"));
        onProgress?.({ stage, completed: ++completed, total: missing.length });
      }
    };
    onProgress?.({ stage, completed, total: missing.length });
    const mono = readMono(stream, source.name, Number.POSITIVE_INFINITY, createMixCount(), signal, "running");
    for await (const chunk of mono) {
      await write(cutter.push(chunk));
      if (cutter.isDone()) break;
    }
    await write(cutter.end());
  } finally {
    await source.close();
  }
}
