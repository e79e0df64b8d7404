/**
 * The list of a run's recordings, in Parquet: a row group per shard, and files of many shards.
 *
 * Not its concern: how recordings are found (plan-run.ts), where shards are written.
 */
import type { ColumnSource } from "hyparquet-writer";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Split } from "../../dataset/dataset.ts";
import { openParquetFile, type ParquetFile } from "../../dataset/parquet-file.ts";
import type { Segment } from "../../dataset/segment.ts";
import { createIsolatedReader } from "../hub/parquet-process.ts";
import { createObjectSource, type ObjectStore } from "../object-store/object-store.ts";
import { runFile } from "./run-defaults.ts";
import { computeContent, getShardRows, type Run, type RunDocument } from "./run-document.ts";

/** One recording of a run. */
export interface PlannedRecording {
  /** Unique name: its path in the data, below that of an archive or table it is in. */
  readonly key: string;
  /** Empty if it has none. */
  readonly label: string;
  readonly speaker?: string | undefined;
  readonly source?: string | undefined;
  readonly isSynthetic?: true | undefined;
  readonly split: Split;
  /** Size in bytes, and version (it changes with the bytes), of the object that contains it. */
  readonly bytes: number;
  readonly version: string;
  /** The object that contains it, if it is not `key` itself. */
  readonly object?: string | undefined;
  /** Its position in a tar archive, in bytes. */
  readonly offset?: number | undefined;
  /** Its row in a Parquet file, and the column. */
  readonly row?: number | undefined;
  readonly column?: string | undefined;
  /** The stretch of a long recording. */
  readonly segment?: Segment | undefined;
}

/** Shards per file of the manifest: a million recordings of the usual shards. */
const shardsPerPart = 1024;

const text = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;
const required = "REQUIRED" as const;
const optional = "OPTIONAL" as const;
const schema = [
  { name: "root", num_children: 15 },
  { name: "shard", type: "INT32", repetition_type: required },
  { name: "key", ...text, repetition_type: required },
  { name: "label", ...text, repetition_type: required },
  { name: "speaker", ...text, repetition_type: optional },
  { name: "source", ...text, repetition_type: optional },
  { name: "synthetic", type: "BOOLEAN", repetition_type: required },
  { name: "split", ...text, repetition_type: required },
  { name: "bytes", type: "DOUBLE", repetition_type: required },
  { name: "version", ...text, repetition_type: required },
  { name: "object", ...text, repetition_type: optional },
  { name: "offset", type: "DOUBLE", repetition_type: optional },
  { name: "row", type: "DOUBLE", repetition_type: optional },
  { name: "column", ...text, repetition_type: optional },
  { name: "start", type: "DOUBLE", repetition_type: optional },
  { name: "end", type: "DOUBLE", repetition_type: optional },
] as const;
const columnNames = schema.slice(1).map(({ name }) => name);

/** Computes the hash of a shard's recordings: of the fields that determine bytes, not of labels. */
function computeShardContent(recordings: readonly PlannedRecording[]): string {
  return computeContent(
    recordings.map(({ key, bytes, version, object, offset, row, column, segment }) =>
      JSON.stringify([key, bytes, version, object, offset, row, column, segment?.start, segment?.end]),
    ),
  );
}

/** Writes the manifest of a run; resolves with its description for run.json. Rejects with `output-failed`. */
export async function writeManifest(
  store: ObjectStore,
  recordings: readonly PlannedRecording[],
  shardSize: number,
  { onProgress }: WorkOptions = {},
): Promise<Pick<RunDocument, "manifest" | "contents">> {
  const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
  const manifest: RunDocument["manifest"] = [];
  const contents: string[] = [];
  const partRows = shardsPerPart * shardSize;
  for (let first = 0; first < recordings.length; first += partRows) {
    const writer = new ByteWriter();
    const parquet = new ParquetWriter({ writer, schema: [...schema], createdBy: "golem-audio" });
    const end = Math.min(recordings.length, first + partRows);
    for (let start = first; start < end; start += shardSize) {
      const rows = recordings.slice(start, Math.min(end, start + shardSize));
      await parquet.write({ columnData: createColumns(rows, contents.length), rowGroupSize: rows.length });
      contents.push(computeShardContent(rows));
      onProgress?.({
        stage: "writing the manifest",
        completed: start + rows.length,
        total: recordings.length,
      });
    }
    await parquet.finish();
    const bytes = writer.getBytes();
    const key =
      first === 0 ? "manifest.parquet" : `manifest-${String(manifest.length).padStart(5, "0")}.parquet`;
    await store.write(key, bytes);
    manifest.push({ key, bytes: bytes.length, shards: Math.ceil((end - first) / shardSize) });
  }
  return { manifest, contents };
}

function createColumns(rows: readonly PlannedRecording[], shard: number): ColumnSource[] {
  const column = (name: (typeof columnNames)[number], read: (row: PlannedRecording) => unknown) => ({
    name,
    data: rows.map((row) => read(row) ?? null),
  });
  return [
    column("shard", () => shard),
    column("key", ({ key }) => key),
    column("label", ({ label }) => label),
    column("speaker", ({ speaker }) => speaker),
    column("source", ({ source }) => source),
    column("synthetic", ({ isSynthetic }) => isSynthetic === true),
    column("split", ({ split }) => split),
    column("bytes", ({ bytes }) => bytes),
    column("version", ({ version }) => version),
    column("object", ({ object }) => object),
    column("offset", ({ offset }) => offset),
    column("row", ({ row }) => row),
    column("column", (row) => row.column),
    column("start", ({ segment }) => segment?.start),
    column("end", ({ segment }) => segment?.end),
  ];
}

/** Open parts of manifests by their runs, since a worker reads many shards of one run. */
const openParts = new WeakMap<Run, Map<number, Promise<ParquetFile>>>();

/** Reads the recordings of one shard. Rejects with `invalid-data`, and the errors of the store. */
export async function readManifestShard(
  run: Run,
  shard: number,
  options: WorkOptions = {},
): Promise<PlannedRecording[]> {
  let first = 0;
  const place = run.manifest.findIndex(({ shards }) => {
    first += shards;
    return shard < first;
  });
  const part = run.manifest[place]!;
  const parts = openParts.get(run) ?? new Map<number, Promise<ParquetFile>>();
  openParts.set(run, parts);
  const source = createObjectSource(run.store, { key: part.key, size: part.bytes }, options);
  const opening = parts.get(place) ?? openParquetFile(source, createIsolatedReader({}));
  parts.set(place, opening);
  opening.catch(() => parts.delete(place));
  const file = await opening;
  const group = file.groups[shard - (first - part.shards)];
  if (file.groups.length !== part.shards || group?.rows !== getShardRows(run, shard)) {
    throw createManifestError(run, part.key, "its row groups are not those of the run");
  }
  const values = await file.readRows(columnNames, group.start, group.start + group.rows);
  const recordings = values.map((value) => {
    const recording = readRecording(value);
    if (!recording) throw createManifestError(run, part.key, "a row is not a recording");
    return recording;
  });
  if (computeShardContent(recordings) !== run.contents[shard]) {
    throw createManifestError(run, part.key, `the recordings of shard ${shard} are not those of ${runFile}`);
  }
  return recordings;
}

function createManifestError(run: Run, key: string, found: string): GolemError {
  return new GolemError("invalid-data", `${key} of ${run.store.address} cannot be used: ${found}.`, {
    hint: "It may have been planned again meanwhile: try again. If that fails, plan it again; finished shards are found.",
  });
}

const splits: readonly unknown[] = ["train", "validation", "test", "none"];

function readRecording(value: Record<string, unknown>): PlannedRecording | undefined {
  const decoder = new TextDecoder();
  const readText = (name: string): string | undefined => {
    const found = value[name];
    if (found instanceof Uint8Array) return decoder.decode(found);
    return typeof found === "string" ? found : undefined;
  };
  const readNumber = (name: string): number | undefined => {
    const found = value[name];
    return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : undefined;
  };
  const [key, label, split, version] = [
    readText("key"),
    readText("label"),
    readText("split"),
    readText("version"),
  ];
  const bytes = readNumber("bytes");
  if (key === undefined || label === undefined || version === undefined || bytes === undefined)
    return undefined;
  if (!splits.includes(split)) return undefined;
  const [start, end] = [readNumber("start"), readNumber("end")];
  const [speaker, source, object] = [readText("speaker"), readText("source"), readText("object")];
  const [offset, row, column] = [readNumber("offset"), readNumber("row"), readText("column")];
  return {
    ...{ key, label, split: split as Split, version, bytes },
    ...(speaker === undefined ? {} : { speaker }),
    ...(source === undefined ? {} : { source }),
    ...(value.synthetic === true ? { isSynthetic: true } : {}),
    ...(object === undefined ? {} : { object }),
    ...(offset === undefined ? {} : { offset }),
    ...(row === undefined ? {} : { row }),
    ...(column === undefined ? {} : { column }),
    ...(start === undefined || end === undefined ? {} : { segment: { start, end } }),
  };
}
