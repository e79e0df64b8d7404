/** Detects events in a recording, decoded as a stream: memory does not grow with duration. */

import { decodeSource } from "../audio/formats/decode-source.ts";
import type { Decoder } from "../audio/formats/decoder.ts";
import { createMixCount, readMono } from "../audio/mono-stream.ts";
import { limitSamples } from "../audio/sample-limit.ts";
import { isAboveFullScale, warnOfCancelling, warnOfLevel } from "../audio/scan-facts.ts";
import { createWarning } from "../audio/warning.ts";
import type { ByteSource } from "../core/byte-source.ts";
import { GolemError } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import { createDetector, type DetectedEvent, type DetectorOptions } from "./detector.ts";
import type { WindowClassifier } from "./window-classifier.ts";

/** Options of {@link detectSource}. */
export interface DetectSourceOptions
  extends Pick<DetectorOptions, "settings" | "concurrency" | "onWarning" | "keep">,
    WorkOptions {
  /** Decoders that are not part of the audio stage, such as the system's ffmpeg. */
  readonly decoders?: readonly Decoder[] | undefined;
  /** Maximum duration of the recording, in seconds; default: unlimited. */
  readonly maximumSeconds?: number | undefined;
  /** Maximum number of samples that are decoded, of all channels together; default: unlimited. */
  readonly maximumSamples?: number | undefined;
}

/**
 * Yields events in order, as soon as they are certain. Progress is in seconds, with a total if the headers
 * declare the duration. Rejects with errors of decoders and encoders, `no-samples`, `too-long` or `aborted`.
 */
export async function* detectSource(
  source: ByteSource,
  classifier: WindowClassifier,
  options: DetectSourceOptions,
): AsyncGenerator<DetectedEvent> {
  const { decoders = [], maximumSeconds = Number.POSITIVE_INFINITY, signal, onProgress, onWarning } = options;
  const { maximumSamples = Number.POSITIVE_INFINITY } = options;
  const { warnings, ...opened } = await decodeSource(source, decoders, { signal });
  const stream = limitSamples(opened.stream, source.name, maximumSamples);
  for (const warning of warnings) onWarning?.(warning);
  const { settings, concurrency, keep } = options;
  const detector = createDetector(classifier, {
    ...{ settings, concurrency, signal, onWarning, keep },
    sampleRate: stream.sampleRate,
    name: source.name,
  });
  const { declaredSeconds } = stream;
  const count = createMixCount();
  for await (const mono of readMono(stream, source.name, maximumSeconds, count, signal, "running")) {
    yield* await detector.push(mono);
    const completed = count.frames / stream.sampleRate;
    onProgress?.({
      stage: "listening",
      completed: Math.min(completed, declaredSeconds ?? completed),
      ...(declaredSeconds === undefined ? {} : { total: declaredSeconds }),
    });
  }
  if (count.frames === 0) {
    throw new GolemError(
      "no-samples",
      `${source.name} was decoded without error, but it contains no samples.`,
      {
        hint: "Record it again.",
      },
    );
  }
  if (count.notFinite > 0) {
    onWarning?.(
      createWarning(
        "not-finite",
        `${count.notFinite} samples of ${source.name} are NaN or infinite; they are treated as 0.`,
      ),
    );
  }
  if (isAboveFullScale(stream, count)) onWarning?.(warnOfLevel(source.name, count));
  if (count.hasCancelled) onWarning?.(warnOfCancelling(source.name, undefined, stream.channels));
  for (const warning of stream.warnings) onWarning?.(warning);
  yield* await detector.finish();
}
