/**
 * Reuses the arrays of a fit. Every fold repeats it with arrays of about the same sizes in the same order;
 * allocating and collecting them each time would take a tenth of the time of a fit.
 */

/** Maximum length of an array that is kept. */
const maximumKept = 2 ** 21;

/** Arrays for temporary use. */
export interface NumberStore {
  /** Returns an array of arbitrary content, valid until `release`. */
  take(size: number): Float64Array;
  /** Returns an array of float32 numbers in the same way. */
  takeFloats(size: number): Float32Array;
  /** Invalidates all arrays that were taken; the next calls of `take` return them again. */
  release(): void;
}

/** Creates a store. */
export function createNumberStore(): NumberStore {
  const kept: Float64Array[] = [];
  let next = 0;
  const take = (size: number): Float64Array => {
    if (size > maximumKept) return new Float64Array(size);
    const place = next++;
    const found = kept[place];
    if (found && found.length >= size) return found.subarray(0, size);
    const created = new Float64Array(size);
    kept[place] = created;
    return created;
  };
  return {
    take,
    takeFloats(size) {
      const { buffer, byteOffset } = take(Math.ceil(size / 2));
      return new Float32Array(buffer, byteOffset, size);
    },
    release() {
      next = 0;
    },
  };
}
