/**
 * Arrays that are used again. A fit is repeated in every fold with arrays of about the same sizes in the same order;
 * new ones would have to be cleared and collected each time, a tenth of what a fit takes.
 *
 * Not its concern: what is in them.
 */

/** Maximum length of an array that is kept. */
const maximumKept = 2 ** 21;

/** Hands out arrays. */
export interface NumberStore {
  /** An array with any content, until `release`. */
  take(size: number): Float64Array;
  /** The same for float32 numbers. */
  takeFloats(size: number): Float32Array;
  /** Ends the use of all arrays: the next ones taken may be the same. */
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
