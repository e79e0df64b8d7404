/**
 * NumPy's .npy format, version 1.0: a header that is a Python literal, padded to a multiple of 64 bytes, then
 * the numbers in C order. (numpy.lib.format)
 *
 * Not its concern: the meaning of arrays.
 */

/** Creates the header of an array. `type` in NumPy's notation: "<f4", "<f8", "<U12". */
export function createNpyHeader(type: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const literal = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const preamble = 10;
  const length = Math.ceil((preamble + literal.length + 1) / 64) * 64 - preamble;
  const bytes = new Uint8Array(preamble + length).fill(0x20);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 0xff, length >> 8]);
  bytes.set(new TextEncoder().encode(literal), preamble);
  bytes[bytes.length - 1] = 0x0a;
  return bytes;
}

/** Encodes text as an array of fixed-width strings (UTF-32, zero-padded): header and content. */
export function encodeTextArray(texts: readonly string[]): Uint8Array[] {
  const points = texts.map((text) => Array.from(text, (character) => character.codePointAt(0) ?? 0));
  const width = Math.max(1, ...points.map((one) => one.length));
  const content = new DataView(new ArrayBuffer(4 * width * texts.length));
  for (const [row, one] of points.entries()) {
    for (const [i, point] of one.entries()) content.setUint32(4 * (row * width + i), point, true);
  }
  return [createNpyHeader(`<U${width}`, [texts.length]), new Uint8Array(content.buffer)];
}

/** Encodes numbers as 64-bit floats. */
export function encodeNumberArray(numbers: readonly number[]): Uint8Array[] {
  const content = new DataView(new ArrayBuffer(8 * numbers.length));
  for (const [i, number] of numbers.entries()) content.setFloat64(8 * i, number, true);
  return [createNpyHeader("<f8", [numbers.length]), new Uint8Array(content.buffer)];
}
