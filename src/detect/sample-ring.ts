/** A ring buffer of the last samples of a stream. */

/** The last samples of a stream, addressed by their position in the stream. */
export interface SampleRing {
  /** Samples written so far. */
  readonly written: number;
  /** Position of the oldest sample that has not been overwritten. */
  readonly oldest: number;
  write(samples: Float32Array): void;
  /** Copies the samples [from, to), as far as they have been written. They must not have been overwritten. */
  copy(from: number, to: number): Float32Array;
}

/** Creates a ring for the last `capacity` samples. */
export function createSampleRing(capacity: number): SampleRing {
  const data = new Float32Array(capacity);
  let written = 0;
  return {
    get written() {
      return written;
    },
    get oldest() {
      return Math.max(0, written - capacity);
    },
    write(samples) {
      for (let done = 0; done < samples.length; ) {
        const at = written % capacity;
        const piece = samples.subarray(done, done + Math.min(capacity - at, samples.length - done));
        data.set(piece, at);
        done += piece.length;
        written += piece.length;
      }
    },
    copy(from, to) {
      const end = Math.min(to, written);
      const output = new Float32Array(Math.max(0, end - from));
      for (let done = 0; done < output.length; ) {
        const at = (from + done) % capacity;
        const piece = data.subarray(at, at + Math.min(capacity - at, output.length - done));
        output.set(piece, done);
        done += piece.length;
      }
      return output;
    },
  };
}
