/**
 * Finds the types of the columns of a Hugging Face data set (audio, classes with names, plain values) and
 * chooses the columns to use.
 *
 * Not its concern: the network, rows.
 *
 * The `datasets` library writes this as JSON into each Parquet file (key "huggingface"); the card's
 * `dataset_info` states the same in another form.
 */
import { isRecord, parseBoundedJson } from "../core/bounded-json.ts";
import { type ErrorRecord, GolemError } from "../core/error.ts";
import { describeGroupChoice, findColumns, groupColumns } from "./list-columns.ts";
import type { ParquetColumn } from "./parquet-file.ts";

/** The content of a column. */
export type Feature =
  | { readonly kind: "audio" }
  /** Numbers that are indices into these names. */
  | { readonly kind: "class"; readonly names: readonly string[] }
  | { readonly kind: "value" }
  | { readonly kind: "other" };

interface ColumnChoice {
  readonly audio: string;
  /** Undefined only when labels are optional. */
  readonly label?: string;
  readonly speaker?: string;
  /** Warning about the choice of `speaker`. */
  readonly warning?: ErrorRecord;
}

/** The user's choice of columns. */
export interface ColumnOptions {
  readonly label?: string | undefined;
  readonly speaker?: string | undefined;
  readonly labels: "required" | "optional";
}

const labelColumns = ["label", "intent_class"];

/** Reads the features of all columns: from the file's metadata, the card, or the columns' types. */
export function readFeatures(
  columns: readonly ParquetColumn[],
  note: string | undefined,
  card: unknown,
  config: string,
): Map<string, Feature> {
  const noted = readNote(note) ?? readCard(card, config);
  return new Map(
    columns.map((column) => {
      const isAudio = column.fields.includes("bytes") && column.fields.includes("path");
      const isPlain = column.fields.length === 0 && !column.repeated;
      const feature = noted.get(column.name);
      if (feature?.kind === "audio" ? isAudio : feature?.kind === "class" ? isPlain : false) {
        return [column.name, feature!];
      }
      if (feature?.kind === "other") return [column.name, feature];
      return [column.name, { kind: isPlain ? "value" : isAudio ? "audio" : "other" }];
    }),
  );
}

/**
 * Chooses the columns. Audio: the column named `audio`, or the first of that kind. Labels: the requested
 * column, `label`, `intent_class`, or the only column of classes. Speakers: the requested column, or the
 * first of `groupColumns` (list-columns.ts).
 *
 * @throws GolemError `invalid-data` with the existing columns.
 */
export function chooseColumns(
  features: ReadonlyMap<string, Feature>,
  options: ColumnOptions,
  name: string,
): ColumnChoice {
  const names = [...features.keys()];
  const isPlain = (column: string): boolean => /^(class|value)$/.test(features.get(column)?.kind ?? "");
  const all = names.map((column) => `${column}${describeKind(features.get(column)!)}`).join(", ");
  const fail = (problem: string, hint: string): never => {
    throw new GolemError("invalid-data", `${name} ${problem}; it has the columns ${all || "(none)"}.`, {
      hint,
    });
  };
  const check = (column: string, part: string): string =>
    isPlain(column)
      ? column
      : fail(`has no column ${column} of plain values`, `Name another one with ${part}=COLUMN.`);

  const sounds = names.filter((column) => features.get(column)!.kind === "audio");
  const audio = sounds.includes("audio") ? "audio" : sounds[0];
  if (audio === undefined) {
    return fail(
      "has no column of audio",
      "Name a data set that contains recordings (a column of the type Audio).",
    );
  }
  const classes = names.filter((column) => features.get(column)!.kind === "class");
  const label =
    options.label === undefined
      ? (labelColumns.find(isPlain) ?? (classes.length === 1 ? classes[0] : undefined))
      : check(options.label, "label");
  if (label === undefined && options.labels === "required") {
    return fail("has no column that is clearly the label", "Name it: ?label=COLUMN");
  }
  const groups = findColumns(names.filter(isPlain), groupColumns);
  const speaker = options.speaker === undefined ? groups[0] : check(options.speaker, "speaker");
  const warning =
    options.speaker === undefined ? describeGroupChoice(name, groups, names.filter(isPlain)) : undefined;
  return {
    audio,
    ...(label === undefined ? {} : { label }),
    ...(speaker === undefined ? {} : { speaker }),
    ...(warning === undefined
      ? {}
      : {
          warning: { ...warning, hint: "Name the column to group by, if it is another one: ?speaker=COLUMN" },
        }),
  };
}

/**
 * Returns the text of a value: the name of a class, the text itself, the digits of a number; undefined when
 * there is none.
 */
export function readText(value: unknown, feature: Feature | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (feature?.kind === "class") {
    const name = feature.names[Number(value)];
    return name?.normalize("NFC").trim() || undefined;
  }
  if (value instanceof Uint8Array) return readText(new TextDecoder().decode(value), feature);
  if (typeof value === "object") return value instanceof Date ? value.toISOString() : undefined;
  return String(value).normalize("NFC").trim() || undefined;
}

function describeKind(feature: Feature): string {
  if (feature.kind === "class") return ` (${feature.names.length} classes)`;
  return feature.kind === "audio" ? " (audio)" : "";
}

/** Reads {"info": {"features": {"intent_class": {"_type": "ClassLabel", "names": [...]}}}}. */
function readNote(note: string | undefined): Map<string, Feature> | undefined {
  if (note === undefined) return undefined;
  try {
    const { info } = parseBoundedJson(note, Error) as { info?: { features?: unknown } };
    if (!isRecord(info?.features)) return undefined;
    return new Map(
      Object.entries(info.features).map(([column, feature]): [string, Feature] => {
        const fields = isRecord(feature) ? feature : {};
        if (fields._type === "Audio") return [column, { kind: "audio" }];
        const names = fields._type === "ClassLabel" ? toNames(fields.names) : undefined;
        if (names) return [column, { kind: "class", names }];
        return [column, { kind: /^(Value|ClassLabel)$/.test(String(fields._type)) ? "value" : "other" }];
      }),
    );
  } catch {
    return undefined;
  }
}

/**
 * Reads dataset_info: {features: [{name: intent_class, dtype: {class_label: {names: {"0": abroad, ...}}}}]},
 * or a list of these by configuration.
 */
function readCard(card: unknown, config: string): Map<string, Feature> {
  const features = new Map<string, Feature>();
  const info = isRecord(card) ? card.dataset_info : undefined;
  const entries = (Array.isArray(info) ? info : [info]).filter(isRecord);
  const only = entries.length === 1 && entries[0]!.config_name === undefined ? entries[0] : undefined;
  const entry = entries.find(({ config_name }) => config_name === config) ?? only;
  for (const field of Array.isArray(entry?.features) ? entry.features.filter(isRecord) : []) {
    const { name, dtype } = field;
    if (typeof name !== "string") continue;
    if (typeof dtype === "string" && dtype !== "audio") features.set(name, { kind: "value" });
    else if (dtype === "audio" || (isRecord(dtype) && "audio" in dtype))
      features.set(name, { kind: "audio" });
    else if (isRecord(dtype) && isRecord(dtype.class_label)) {
      const names = toNames(dtype.class_label.names);
      if (names) features.set(name, { kind: "class", names });
    }
  }
  return features;
}

/** Reads a list of names, or {"0": name, ...}. */
function toNames(value: unknown): string[] | undefined {
  const list = isRecord(value)
    ? Array.from({ length: Object.keys(value).length }, (_, i) => value[String(i)])
    : value;
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return list.every((name) => typeof name === "string") ? list : undefined;
}
