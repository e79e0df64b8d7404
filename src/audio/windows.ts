/**
 * Windows of equal length: computes their boundaries and cuts a stream at them.
 *
 * Not its concern: decoding.
 */

/**
 * Computes window boundaries in samples for the part [start, end): ceil(length / maximumSamples) windows
 * whose lengths differ by at most one sample. The first boundary is `start`, the last `end`. An empty part
 * has no windows.
 */
export function computeWindowBounds(start: number, end: number, maximumSamples: number): number[] {
  const length = end - start;
  const count = Math.ceil(length / maximumSamples);
  return Array.from({ length: count + 1 }, (_, i) => start + Math.round((i * length) / Math.max(1, count)));
}

/** Cuts a stream of samples (starting at sample 0) at the bounds; stops reading after the last one. */
export async function* cutWindows(
  samples: AsyncIterable<Float32Array>,
  bounds: readonly number[],
): AsyncGenerator<Float32Array> {
  let index = 0;
  let position = 0;
  let filled = 0;
  let window = createWindow(bounds, index);
  if (!window) return;
  for await (const chunk of samples) {
    let at = Math.max(0, bounds[index]! - position);
    while (at < chunk.length && window) {
      const count = Math.min(chunk.length - at, window.length - filled);
      window.set(chunk.subarray(at, at + count), filled);
      filled += count;
      at += count;
      if (filled < window.length) continue;
      yield window;
      filled = 0;
      window = createWindow(bounds, ++index);
    }
    if (!window) return;
    position += chunk.length;
  }
  // The second reading can only end earlier than the first if the file changed meanwhile.
  if (window && filled > 0) yield window.subarray(0, filled);
}

function createWindow(bounds: readonly number[], index: number): Float32Array | undefined {
  return index + 1 < bounds.length ? new Float32Array(bounds[index + 1]! - bounds[index]!) : undefined;
}
