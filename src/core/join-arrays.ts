/** Joins typed arrays. */

/** Joins bytes. The result shares no memory with the pieces, so it can be transferred. */
export function joinBytes(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return fill(new Uint8Array(computeLength(pieces)), pieces);
}

/** Joins floats. The result shares memory with none of the pieces. */
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
