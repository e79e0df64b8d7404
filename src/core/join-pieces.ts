/**
 * Pieces of bytes or numbers, one after the other, in one array of their own.
 *
 * Not its concern: what the pieces are.
 */

/** Joins bytes; the result shares memory with none of them, so it can be moved to another thread. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return fill(new Uint8Array(computeLength(pieces)), pieces);
}

/** Joins floats; the result shares memory with none of them. */
export function joinFloats(pieces: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  return fill(new Float32Array(computeLength(pieces)), pieces);
}

const computeLength = (pieces: readonly { readonly length: number }[]): number =>
  pieces.reduce((sum, { length }) => sum + length, 0);

function fill<
  Joined extends { set(piece: Piece, at: number): void },
  Piece extends { readonly length: number },
>(joined: Joined, pieces: readonly Piece[]): Joined {
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
