/** Reads one tensor of a PyTorch checkpoint from its storage. */
import type { ByteSource } from "../../../core/byte-source.ts";
import { damagedCheckpoint } from "./checkpoint.ts";
import { elementBytes, toFloat32 } from "./element-type.ts";
import type { TorchStorage, TorchTensor } from "./torch-pickle.ts";

/** Returns the offset of a storage's bytes in the file; throws if the file does not contain them. */
export type StorageBytes = (storage: TorchStorage) => number;

/** Reads a tensor's values in C order as float32, whatever its strides. */
export async function readTorchTensor(
  source: ByteSource,
  tensors: ReadonlyMap<string, TorchTensor>,
  name: string,
  locate: StorageBytes,
): Promise<Float32Array> {
  const tensor = tensors.get(name);
  if (!tensor) throw damagedCheckpoint(source.name, `it has no tensor '${name}'`);
  const { storage, offset, shape, strides } = tensor;
  const elements = shape.reduce((product, size) => product * size, 1);
  if (elements === 0) return new Float32Array(0);
  const span = 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
  const width = elementBytes[storage.type];
  const bytes = await source.read(locate(storage) + offset * width, span * width);
  if (bytes.length < span * width)
    throw damagedCheckpoint(source.name, `it ends inside the tensor '${name}'`);
  const values = toFloat32(bytes, storage.type);
  return isContiguous(shape, strides) ? values : gather(values, shape, strides, elements);
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

function gather(
  values: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
  elements: number,
): Float32Array {
  const result = new Float32Array(elements);
  const index = new Array<number>(shape.length).fill(0);
  let position = 0;
  for (let i = 0; i < elements; i++) {
    result[i] = values[position]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += strides[axis]!;
      index[axis]!++;
      if (index[axis]! < shape[axis]!) break;
      position -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}
