/**
 * Reads the pickle of a PyTorch checkpoint, which may contain only tensors, their storages and ordered
 * dictionaries.
 *
 * Source: torch/_utils.py `_rebuild_tensor_v2` (storage, offset, size, stride, ...), torch/serialization.py
 * `persistent_id` ("storage", type, key, location, elements). Not its concern: where a storage's bytes are.
 */
import { checkpointLimits, countElements, damagedCheckpoint } from "./checkpoint.ts";
import type { ElementType } from "./element-type.ts";
import {
  type PickleCallable,
  type PickleObject,
  type PickleValue,
  type Unpickled,
  unpickle,
} from "./pickle.ts";

const storageTypes: Readonly<Record<string, ElementType>> = {
  FloatStorage: "F32",
  DoubleStorage: "F64",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

/** An array of elements of which tensors are views. */
export interface TorchStorage extends PickleObject {
  readonly kind: "storage";
  readonly key: string;
  readonly type: ElementType;
  readonly elements: number;
}

/** A view of a storage; offset and strides in elements. */
export interface TorchTensor extends PickleObject {
  readonly kind: "tensor";
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

type StorageType = PickleObject & { readonly kind: "storage-type"; readonly type: ElementType };

/** Reads a pickle of tensors. Throws `weights-damaged` when it contains anything else. */
export function unpickleTensors(bytes: Uint8Array, file: string): Unpickled {
  const damaged = (found: string) => damagedCheckpoint(file, found);
  const callable = (call: PickleCallable["call"]): PickleCallable => ({ kind: "callable", call });
  const globals = new Map<string, PickleObject>([
    ["collections OrderedDict", callable(() => new Map())],
    ["torch._utils _rebuild_tensor_v2", callable((args) => rebuildTensor(args, damaged))],
    ["torch._utils _rebuild_parameter", callable(([tensor]) => tensor ?? null)],
    ...Object.entries(storageTypes).map(([name, type]): [string, StorageType] => [
      `torch ${name}`,
      { kind: "storage-type", type },
    ]),
  ]);
  const loadPersistent = (id: PickleValue): TorchStorage => {
    const [word, type, key, , elements] = Array.isArray(id) ? id : [];
    if (
      word !== "storage" ||
      !isKind<StorageType>(type, "storage-type") ||
      typeof key !== "string" ||
      typeof elements !== "number" ||
      !Number.isSafeInteger(elements) ||
      elements < 0
    ) {
      throw damaged("its pickle names a storage in an unknown way");
    }
    return { kind: "storage", key, type: type.type, elements };
  };
  return unpickle(bytes, { file, globals, loadPersistent });
}

/** Collects the tensors of a state dict by name; other values in it (step counters) are left out. */
export function collectTensors(value: PickleValue, file: string): Map<string, TorchTensor> {
  if (!(value instanceof Map)) throw damagedCheckpoint(file, "it does not hold a dictionary of tensors");
  const tensors = new Map<string, TorchTensor>();
  for (const [name, tensor] of value) {
    if (typeof name === "string" && isKind<TorchTensor>(tensor, "tensor")) tensors.set(name, tensor);
  }
  if (tensors.size === 0) throw damagedCheckpoint(file, "it holds no tensor by name");
  return tensors;
}

function rebuildTensor(args: readonly PickleValue[], damaged: (found: string) => Error): TorchTensor {
  const [storage, offset, shape, strides] = args;
  const elements = countElements(shape);
  if (
    !isKind<TorchStorage>(storage, "storage") ||
    elements === undefined ||
    countElements(strides) === undefined ||
    (strides as number[]).length !== (shape as number[]).length ||
    typeof offset !== "number" ||
    !Number.isSafeInteger(offset) ||
    offset < 0
  ) {
    throw damaged(`it has a tensor of shape ${describeSizes(shape)} with strides ${describeSizes(strides)}`);
  }
  const sizes = shape as number[];
  const steps = strides as number[];
  const last = offset + sizes.reduce((sum, size, axis) => sum + (size - 1) * steps[axis]!, 0);
  if (elements > storage.elements || (elements > 0 && last >= storage.elements)) {
    throw damaged(`its tensor of shape [${sizes}] reaches past its storage of ${storage.elements} elements`);
  }
  return { kind: "tensor", storage, offset, shape: sizes, strides: steps };
}

/** Only flat lists are written out, since nested lists may contain themselves. */
function describeSizes(value: PickleValue | undefined): string {
  const isFlat = Array.isArray(value) && value.every((size) => typeof size === "number");
  return isFlat ? `[${value.slice(0, checkpointLimits.dimensions + 1).join(", ")}]` : "other than sizes";
}

function isKind<T extends PickleObject>(
  value: PickleValue | undefined,
  kind: T["kind"],
): value is T & PickleValue {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === kind;
}
