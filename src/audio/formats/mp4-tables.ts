/**
 * Checks the tables of samples in an MP4 file (ISO/IEC 14496-12: stts, ctts, stsc, stsz, stz2, stco, co64,
 * trun, tfra) before a demuxer loops over their counts: a few bytes can state billions of samples.
 *
 * Tables are searched for by name anywhere in a track, and read up to its end, so that the check finds every
 * table that a demuxer finds, whatever the nesting or size of boxes.
 *
 * Not its concern: the samples; how many a chunk contains (demuxer-guard.ts).
 */
import type { ByteSource } from "../../core/byte-source.ts";

/** Maximum number of boxes at the top level; a recording of a day in fragments of a second has 200,000. */
const maximumBoxes = 1_000_000;
/** Number of samples with a time of their own, and of chunks, that is accepted without other evidence. */
const plainCount = 4096;
/** Maximum number of samples in one fragment, all of which a demuxer holds in memory. */
const maximumFragment = 1 << 21;
/** Maximum bytes of a list of tracks; that of a day of AAC takes 16 MB. */
const maximumMovie = 256 << 20;
/** Maximum number of tables in one track; valid tracks have one of each kind. */
const maximumTables = 64;
/** Maximum number of entries in the index of fragments, which a demuxer sorts and removes one by one. */
const maximumIndex = 100_000;

const getCode = (name: string): number =>
  [...name].reduce((code, letter) => (code << 8) | letter.charCodeAt(0), 0);
const tableCodes = new Map(
  ["stts", "ctts", "stsc", "stsz", "stz2", "stco", "co64", "trun", "tfra", "trak"].map((name) => [
    getCode(name),
    name,
  ]),
);

/** The start of a table's content, after its name. */
interface Table {
  readonly name: string;
  readonly at: number;
}

/** Describes a count in the file that its bytes cannot hold; undefined if there is none. */
export async function findFalseTable(source: ByteSource): Promise<string | undefined> {
  const { byteLength } = source;
  const limits = { bytes: byteLength, run: 0 };
  for (let at = 0, boxes = 0; at + 8 <= byteLength && boxes < maximumBoxes; boxes++) {
    const box = readBox(createView(await source.read(at, 16)), 0, byteLength - at);
    if (!box) break;
    if (box.name === "moov" || box.name === "moof") {
      if (box.size > maximumMovie) return `its list of tracks claims to take ${box.size} bytes`;
      const view = createView(await source.read(at + box.head, box.size - box.head));
      const claim = box.name === "moov" ? checkTracks(view, limits) : checkRuns(view, limits);
      if (claim !== undefined) return claim;
    }
    at += box.size;
  }
  return checkIndex(source);
}

interface Limits {
  readonly bytes: number;
  /** Samples of all fragments so far. */
  run: number;
}

const createView = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The box at an offset; `rest`: bytes up to the end of its parent. */
function readBox(
  view: DataView,
  at: number,
  rest: number,
): { readonly name: string; readonly head: number; readonly size: number } | undefined {
  if (at + 8 > view.byteLength) return undefined;
  const name = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
  const stated = view.getUint32(at);
  const isLong = stated === 1 && at + 16 <= view.byteLength;
  const size = isLong ? Number(view.getBigUint64(at + 8)) : stated === 0 ? rest : stated;
  const head = isLong ? 16 : 8;
  return size < head ? undefined : { name, head, size };
}

/** Checks each track of the movie by itself, and the bytes between them, which may hide a track. */
function checkTracks(movie: DataView, limits: Limits): string | undefined {
  const others: Table[] = [];
  let from = 0;
  for (let at = 0; ; ) {
    const box = readBox(movie, at, movie.byteLength - at);
    if (!box) break;
    const end = Math.min(at + box.size, movie.byteLength);
    if (box.name === "trak") {
      others.push(...findTables(movie, from, at).slice(0, maximumTables));
      const claim = checkTrack(createPart(movie, end), findTables(movie, at + box.head, end), limits);
      if (claim !== undefined) return claim;
      from = end;
    }
    at = end;
  }
  others.push(...findTables(movie, from, movie.byteLength).slice(0, maximumTables));
  return others.some(({ name }) => name === "trak") ? checkTrack(movie, others, limits) : undefined;
}

const createPart = (view: DataView, end: number): DataView => new DataView(view.buffer, view.byteOffset, end);

function findTables(view: DataView, from: number, to: number): Table[] {
  const tables: Table[] = [];
  for (let i = from; i + 4 <= to; i++) {
    const first = view.getUint8(i);
    if (first !== 0x73 && first !== 0x63 && first !== 0x74) continue;
    const name = tableCodes.get(view.getInt32(i));
    if (name !== undefined) tables.push({ name, at: i + 4 });
  }
  return tables;
}

function checkTrack(view: DataView, tables: readonly Table[], { bytes }: Limits): string | undefined {
  if (tables.length > maximumTables) return `one of its tracks has ${tables.length} tables of samples`;
  const get = (name: string): readonly Table[] => tables.filter((table) => table.name === name);
  const sum = (name: string, offset: number): number =>
    get(name).reduce((total, { at }) => total + readNumber(view, at + offset), 0);
  const sumColumn = (name: string): number =>
    get(name).reduce((total, { at }) => total + readColumn(view, at, 8, 0).sum, 0);

  if (get("stz2").some(({ at }) => ![4, 8, 16].includes(readNumber(view, at + 4) & 0xff)))
    return "its sizes of samples have no width";
  // With one size for all samples there is no table to traverse.
  const listed = get("stsz").reduce(
    (total, { at }) => total + (readNumber(view, at + 4) === 0 ? readNumber(view, at + 8) : 1),
    sum("stz2", 8),
  );
  const hasOneSize = listed === 1;
  const times = sumColumn("stts");
  const claimed = hasOneSize ? 0 : Math.max(listed, times);
  if (claimed > bytes) return `its ${bytes} bytes claim to hold ${claimed} samples`;
  // Times of presentation are listed one by one.
  const presented = get("ctts").length > 0 ? Math.max(times, sumColumn("ctts")) : 0;
  if (presented > Math.max(plainCount, listed)) {
    return `its ${bytes} bytes claim to hold ${presented} samples`;
  }
  const chunks = sum("stco", 4) + sum("co64", 4);
  const last = Math.max(0, ...get("stsc").map(({ at }) => readColumn(view, at, 12, 0).largest));
  return last > Math.max(plainCount, chunks)
    ? `one of its ${chunks} chunks has the number ${last}`
    : undefined;
}

function checkRuns(fragment: DataView, limits: Limits): string | undefined {
  let samples = 0;
  for (const { name, at } of findTables(fragment, 0, fragment.byteLength))
    if (name === "trun") samples += readNumber(fragment, at + 4);
  limits.run += samples;
  if (limits.run > limits.bytes) return `its ${limits.bytes} bytes claim to hold ${limits.run} samples`;
  return samples > maximumFragment ? `a fragment claims to hold ${samples} samples` : undefined;
}

/** Checks the index of fragments, whose position the last four bytes state. */
async function checkIndex(source: ByteSource): Promise<string | undefined> {
  const end = createView(await source.read(Math.max(0, source.byteLength - 4), 4));
  const length = end.byteLength < 4 ? 0 : end.getUint32(0);
  if (length < 16 || length > source.byteLength) return undefined;
  const head = createView(await source.read(source.byteLength - length, 8));
  if (head.byteLength < 8 || head.getUint32(4) !== getCode("mfra")) return undefined;
  const index = createView(await source.read(source.byteLength - length, length));
  let entries = 0;
  for (const { name, at } of findTables(index, 0, index.byteLength))
    if (name === "tfra") entries += readNumber(index, at + 12);
  return entries > maximumIndex ? `its index claims to hold ${entries} fragments` : undefined;
}

const readNumber = (view: DataView, at: number): number =>
  at + 4 <= view.byteLength ? view.getUint32(at) : 0;

/** Sum and largest value of one column of 32-bit numbers in a table, as far as its bytes are present. */
function readColumn(
  view: DataView,
  at: number,
  entryBytes: number,
  column: number,
): { readonly sum: number; readonly largest: number } {
  let [sum, largest] = [0, 0];
  const first = at + 8;
  const held = Math.floor((view.byteLength - first) / entryBytes);
  const entries = Math.min(readNumber(view, at + 4), Math.max(0, held));
  for (let i = 0; i < entries; i++) {
    const value = view.getUint32(first + i * entryBytes + column);
    sum += value;
    largest = Math.max(largest, value);
  }
  return { sum, largest };
}
