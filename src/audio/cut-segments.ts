/**
 * Cuts segments out of samples that arrive in chunks, each complete as soon as its end has passed; segments
 * may overlap. Memory: the open segments.
 *
 * Not its concern: where samples come from, what the segments are.
 */

/** A complete segment: its index among those requested, and its samples. */
interface CutSamples {
  readonly index: number;
  readonly samples: Float32Array;
}

/** Cuts samples as they arrive. */
export interface ChunkCutter {
  /** Takes the next samples; returns the segments that end in them. */
  push(chunk: Float32Array): CutSamples[];
  /** Returns the segments that are still open, shortened at the end of the samples, unless they are empty. */
  end(): CutSamples[];
  /** Whether all segments have been returned. */
  isDone(): boolean;
}

/** Creates a cutter for segments in seconds. */
export function createChunkCutter(
  stretches: readonly { readonly start: number; readonly end: number }[],
  sampleRate: number,
): ChunkCutter {
  const bounds = stretches.map(({ start, end }, index) => ({
    index,
    first: Math.round(start * sampleRate),
    past: Math.round(end * sampleRate),
  }));
  const waiting = bounds.sort((a, b) => b.first - a.first);
  let open: {
    readonly index: number;
    readonly past: number;
    readonly samples: Float32Array;
    filled: number;
  }[] = [];
  let position = 0;
  return {
    push(chunk) {
      const past = position + chunk.length;
      while (waiting.length > 0 && waiting.at(-1)!.first < past) {
        const { index, first, past: end } = waiting.pop()!;
        open.push({ index, past: end, samples: new Float32Array(Math.max(0, end - first)), filled: 0 });
      }
      const complete: CutSamples[] = [];
      for (const own of open) {
        const from = Math.max(0, own.past - own.samples.length - position);
        const part = chunk.subarray(from, Math.max(from, own.past - position));
        own.samples.set(part, own.filled);
        own.filled += part.length;
        if (own.past <= past) complete.push({ index: own.index, samples: own.samples });
      }
      open = open.filter((own) => own.past > past);
      position = past;
      return complete;
    },
    end() {
      const rest = open.filter(({ filled }) => filled > 0);
      open = [];
      return rest.map(({ index, samples, filled }) => ({ index, samples: samples.slice(0, filled) }));
    },
    isDone: () => open.length === 0 && waiting.length === 0,
  };
}
