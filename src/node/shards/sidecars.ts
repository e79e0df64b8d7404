/**
 * Reads label files next to recordings in archives: NAME.cls contains a label, NAME.json an object with
 * `label` and, if known, `speaker` (WebDataset).
 */
import { parseBoundedJson } from "../../core/bounded-json.ts";
import { checkLabel } from "../../dataset/label-limits.ts";
import { findColumns, groupColumns, labelColumns } from "../../dataset/list-columns.ts";
import type { EnvironmentOptions } from "../environment.ts";
import type { ObjectStore } from "../object-store/object-store.ts";
import type { StoredFile } from "./stored-file.ts";

/** Maximum size of a label file, in bytes. */
const maximumBytes = 1 << 16;
/** Number of bytes read at a time, since labels are between recordings. */
const windowBytes = 256 << 10;

interface Sidecar {
  readonly label: string;
  readonly speaker?: string;
}

/** Labels by recording. */
export interface Sidecars {
  /** Finds the label and speaker of the recording with this key. */
  find(key: string): Sidecar | undefined;
}

/** Gets the common name of a recording and its label files: up to the first dot in the file name. */
const getStem = (key: string): string =>
  key.replace(/\.[^/]*$/, (ending) => (ending.startsWith(".") ? "" : ending));

/** Reads labels. Rejects with the errors of the store, and with `invalid-data` for invalid labels. */
export async function readSidecars(
  store: ObjectStore,
  files: readonly StoredFile[],
  { signal }: EnvironmentOptions,
): Promise<Sidecars> {
  const found = new Map<string, Sidecar>();
  let window: { readonly object: string; readonly start: number; readonly bytes: Uint8Array } | undefined;
  for (const { key, object = key, offset = 0, bytes } of files) {
    if (bytes > maximumBytes) continue;
    const isInside =
      window?.object === object &&
      offset >= window.start &&
      offset + bytes <= window.start + window.bytes.length;
    if (!isInside) {
      const content = await store.read(object, offset, windowBytes, signal ? { signal } : {});
      window = { object, start: offset, bytes: content };
    }
    const from = offset - window!.start;
    const text = new TextDecoder().decode(window!.bytes.subarray(from, from + bytes));
    const sidecar = /\.cls$/i.test(key) ? { label: text.normalize("NFC").trim() } : readJson(text);
    if (!sidecar || sidecar.label === "") continue;
    checkLabel(sidecar.label, key);
    const stem = getStem(key);
    found.set(stem, { ...found.get(stem), ...sidecar });
  }
  return { find: (key) => found.get(getStem(key)) };
}

function readJson(text: string): Sidecar | undefined {
  let value: unknown;
  try {
    value = parseBoundedJson(text, Error);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const fields = value as Record<string, unknown>;
  const read = (names: readonly string[]): string | undefined => {
    const [column] = findColumns(Object.keys(fields), names);
    const own = column === undefined ? undefined : fields[column];
    return typeof own === "string" || typeof own === "number"
      ? String(own).normalize("NFC").trim()
      : undefined;
  };
  const label = read(labelColumns);
  const speaker = read(groupColumns);
  if (label === undefined) return undefined;
  return { label, ...(speaker === undefined || speaker === "" ? {} : { speaker }) };
}
