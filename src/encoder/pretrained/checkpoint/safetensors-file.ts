/**
 * Reads a safetensors file tensor by tensor: an 8-byte header length, a JSON header, raw little-endian data.
 *
 * Format: huggingface/safetensors, README "Format". The header is hostile until checked: every offset lies inside the
 * file, sizes agree with shapes, tensors do not overlap.
 * Not its concern: what the tensors are. (A golem's own small file has its reader in `golem/safetensors.ts`.)
 */
import type { ByteSource } from "../../../core/byte-source.ts";
import { type Checkpoint, checkpointLimits, countElements, damagedCheckpoint } from "./checkpoint.ts";
import { type ElementType, elementBytes, isElementType, toFloat32 } from "./element-type.ts";

interface Entry {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** Opens a safetensors file: reads its header, nothing else. Rejects with `weights-damaged` if anything is off. */
export async function openSafetensors(source: ByteSource): Promise<Checkpoint> {
  const damaged = (found: string, cause?: unknown) => damagedCheckpoint(source.name, found, cause);
  const start = await source.read(0, 8);
  if (start.length < 8) throw damaged(`it has ${start.length} bytes`);
  const length = new DataView(start.buffer, start.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(checkpointLimits.headerBytes) || length > BigInt(source.byteLength - 8)) {
    throw damaged(`its header claims ${length} bytes of the file's ${source.byteLength}`);
  }
  const dataStart = 8 + Number(length);
  const header = parseHeader(await source.read(8, Number(length)), damaged);
  const entries = new Map<string, Entry>();
  for (const [name, value] of Object.entries(header)) {
    if (name !== "__metadata__") {
      entries.set(name, parseEntry(name, value, source.byteLength - dataStart, damaged));
    }
  }
  let covered = 0;
  for (const { begin, end } of [...entries.values()].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < covered) throw damaged(`two of its tensors overlap at byte ${begin}`);
    covered = end;
  }
  return {
    names: [...entries.keys()],
    getShape: (name) => entries.get(name)?.shape,
    async readTensor(name) {
      const entry = entries.get(name);
      if (!entry) throw damaged(`it has no tensor '${name}'`);
      const bytes = await source.read(dataStart + entry.begin, entry.end - entry.begin);
      if (bytes.length < entry.end - entry.begin) throw damaged(`it ends inside the tensor '${name}'`);
      return toFloat32(bytes, entry.type);
    },
  };
}

type Damaged = (found: string, cause?: unknown) => Error;

function parseHeader(bytes: Uint8Array, damaged: Damaged): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw damaged("its header is not JSON", cause);
  }
  if (typeof header !== "object" || header === null || Array.isArray(header)) {
    throw damaged("its header is not a JSON object");
  }
  return header as Record<string, unknown>;
}

function parseEntry(name: string, value: unknown, dataBytes: number, damaged: Damaged): Entry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (!isElementType(dtype)) {
    throw damaged(
      `tensor '${name}' is of type ${JSON.stringify(dtype)}; known are ${Object.keys(elementBytes).join(", ")}`,
    );
  }
  const elements = countElements(shape);
  if (elements === undefined) throw damaged(`tensor '${name}' has the shape ${JSON.stringify(shape)}`);
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? (offsets as unknown[]) : [];
  if (
    typeof begin !== "number" ||
    typeof end !== "number" ||
    !Number.isSafeInteger(begin) ||
    !Number.isSafeInteger(end) ||
    begin < 0 ||
    end > dataBytes ||
    end - begin !== elements * elementBytes[dtype]
  ) {
    throw damaged(
      `tensor '${name}' (${dtype}, [${shape as number[]}]) claims bytes ${JSON.stringify(offsets)} of ${dataBytes}`,
    );
  }
  return { type: dtype, shape: shape as number[], begin, end };
}
