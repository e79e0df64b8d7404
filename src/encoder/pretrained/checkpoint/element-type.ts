/**
 * The types in which tensor elements are stored, and their conversion to float32.
 *
 * float16: IEEE 754 binary16. bfloat16: the upper half of a binary32. All little-endian.
 */

/** Types that can be read, by their names in safetensors. */
export type ElementType = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U8" | "BOOL";

/** Bytes of one element. */
export const elementBytes: Readonly<Record<ElementType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Converts raw little-endian elements to float32; aligned float32 becomes a view of the bytes. */
export function toFloat32(bytes: Uint8Array, type: ElementType): Float32Array {
  const count = bytes.length / elementBytes[type];
  if (type === "F32") {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
    return new Float32Array(aligned.buffer, aligned.byteOffset, count);
  }
  const result = new Float32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === "BF16") {
    const bits = new Uint32Array(result.buffer);
    for (let i = 0; i < count; i++) bits[i] = view.getUint16(2 * i, true) << 16;
    return result;
  }
  const read = getReader(view, type);
  for (let i = 0; i < count; i++) result[i] = read(i);
  return result;
}

function getReader(view: DataView, type: Exclude<ElementType, "F32" | "BF16">): (index: number) => number {
  switch (type) {
    case "F64":
      return (i) => view.getFloat64(8 * i, true);
    case "F16":
      return (i) => decodeHalf(view.getUint16(2 * i, true));
    case "I64":
      return (i) => Number(view.getBigInt64(8 * i, true));
    case "I32":
      return (i) => view.getInt32(4 * i, true);
    case "I16":
      return (i) => view.getInt16(2 * i, true);
    case "I8":
      return (i) => view.getInt8(i);
    case "U8":
    case "BOOL":
      return (i) => view.getUint8(i);
    default:
      return type satisfies never;
  }
}

/** Decodes a binary16, given as its 16 bits. */
function decodeHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
