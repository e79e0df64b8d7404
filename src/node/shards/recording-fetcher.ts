/**
 * Provides the recordings of a shard as local files: those in a folder are used in place; those in a bucket,
 * an archive or a table are written to a temporary folder, and deleted after use.
 *
 * Files are named by their index in the shard, never by their keys.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Recording } from "../../dataset/dataset.ts";
import { openParquetFile } from "../../dataset/parquet-file.ts";
import { createSegmentRecordings } from "../data/segment-recordings.ts";
import type { CacheFolder } from "../disk/cache-folder.ts";
import { describeDiskReason } from "../disk/disk-error.ts";
import { createHubRecordings } from "../hub/hub-recordings.ts";
import { createIsolatedReader } from "../hub/parquet-process.ts";
import { checkKey, createObjectSource, type ObjectStore, readObject } from "../object-store/object-store.ts";
import type { PlannedRecording } from "./manifest.ts";

/** Maximum size of a recording, in bytes. */
const maximumRecordingBytes = 1 << 30;

/** Additional time to decode rows of a table, since all cores are embedding, in milliseconds. */
const graceMilliseconds = 60_000;

interface FetchedFile {
  readonly path: string;
  /** Deletes the file if it is temporary. */
  release(): Promise<void>;
}

/** Fetches the recordings of one shard. */
export interface RecordingFetcher {
  /** Fetches a recording. Rejects with its errors and those of its store; `output-failed` for a full disk. */
  fetch(place: number): Promise<FetchedFile>;
  close(): Promise<void>;
}

/** Creates a fetcher for the recordings of one shard. Nothing is read yet. */
export function createRecordingFetcher(
  data: ObjectStore,
  recordings: readonly PlannedRecording[],
  { cache, ...options }: WorkOptions & { readonly cache: CacheFolder },
): RecordingFetcher {
  let folder: Promise<string> | undefined;
  const getFolder = (): Promise<string> => {
    folder ??= mkdtemp(join(tmpdir(), "golem-shard-")).catch((error: unknown) => {
      throw createDiskError(error, tmpdir());
    });
    return folder;
  };
  const tables = createTables(data, recordings, getFolder, options);
  const longFiles = createLongFiles(recordings, cache);
  const keep = async (): Promise<void> => {};
  return {
    async fetch(place) {
      const { key, object = key, offset, bytes, row, column, segment } = recordings[place]!;
      checkKey(object);
      if (row !== undefined && column !== undefined) return tables.fetch(place);
      if (data.folder !== undefined && offset === undefined) {
        const path = join(data.folder, object);
        if (!segment) return { path, release: keep };
        return { path: await longFiles.cut(place, path), release: keep };
      }
      if (segment) {
        throw new GolemError(
          "invalid-data",
          `${key} is a segment of a recording in a bucket; expected a whole recording.`,
          {
            hint: "Cut the recording, or copy it to a folder.",
          },
        );
      }
      if (bytes > maximumRecordingBytes) {
        throw new GolemError(
          "too-long",
          `${key} has ${bytes} bytes; expected at most ${maximumRecordingBytes}.`,
          {
            hint: "Cut the recording.",
          },
        );
      }
      const content =
        offset === undefined
          ? await readObject(data, object, maximumRecordingBytes, options)
          : await data.read(object, offset, bytes, options);
      const path = join(await getFolder(), `${place}${getEnding(key)}`);
      await writeFile(path, content).catch((error: unknown) => {
        throw createDiskError(error, path);
      });
      return { path, release: () => rm(path, { force: true }) };
    },
    async close() {
      const path = await folder?.catch(() => undefined);
      if (path !== undefined) await rm(path, { recursive: true, force: true });
    },
  };
}

/** Gets the extension of a file name if decoders may use it. */
const getEnding = (key: string): string => /\.[a-z0-9]{1,8}$/i.exec(key)?.[0].toLowerCase() ?? "";

const createDiskError = (error: unknown, path: string): GolemError =>
  new GolemError("output-failed", `${path} cannot be written: ${describeDiskReason(error)}.`, {
    hint: "Free space on that disk, or set TMPDIR to another folder.",
    cause: error,
  });

/** Creates a reader of rows of Parquet files: those of one file are read with its first. */
function createTables(
  data: ObjectStore,
  recordings: readonly PlannedRecording[],
  getFolder: () => Promise<string>,
  options: WorkOptions,
) {
  const fetched = new Map<string, Promise<Map<number, Recording>>>();
  const open = async (object: string): Promise<Map<number, Recording>> => {
    const own = [...recordings.entries()].filter(
      ([, other]) => other.object === object && other.row !== undefined,
    );
    const [, first] = own[0]!;
    const folder = join(await getFolder(), `table-${fetched.size}`);
    const source = createObjectSource(data, { key: object, size: first.bytes }, options);
    const made = createHubRecordings(
      folder,
      [
        {
          start: 0,
          open: () => openParquetFile(source, createIsolatedReader({ ...options, graceMilliseconds })),
        },
      ],
      first.column!,
      own.map(([, { key, row }]) => ({ file: key, label: "", split: "none", row: row! })),
    );
    await made[0]!.origin!.fetch(made, options.signal ? { signal: options.signal } : {});
    return new Map(own.map(([place], i) => [place, made[i]!]));
  };
  return {
    async fetch(place: number): Promise<FetchedFile> {
      const object = recordings[place]!.object!;
      const opening = fetched.get(object) ?? open(object);
      fetched.set(object, opening);
      const source = await (await opening).get(place)!.open();
      await source.close();
      return { path: source.path!, release: () => rm(source.path!, { force: true }) };
    },
  };
}

/** Creates a reader of segments: all segments of one long recording in a shard are cut in one pass. */
function createLongFiles(recordings: readonly PlannedRecording[], cache: CacheFolder) {
  const cut = new Map<string, Promise<Map<number, Recording>>>();
  const open = async (object: string, path: string): Promise<Map<number, Recording>> => {
    const own = [...recordings.entries()]
      .filter(([, other]) => (other.object ?? other.key) === object && other.segment)
      .sort(([, a], [, b]) => a.segment!.start - b.segment!.start);
    const segments = own.map(([, { label, split, segment }]) => ({
      ...{ file: object, label, split, segment: segment! },
    }));
    const made = createSegmentRecordings(path, segments, cache);
    await made[0]!.origin!.fetch(made, {});
    return new Map(own.map(([place], i) => [place, made[i]!]));
  };
  return {
    async cut(place: number, path: string): Promise<string> {
      const { key, object = key } = recordings[place]!;
      const opening = cut.get(object) ?? open(object, path);
      cut.set(object, opening);
      const source = await (await opening).get(place)!.open();
      await source.close();
      return source.path!;
    },
  };
}
