/**
 * Checks the tables of samples in an MP4 file (ISO/IEC 14496-12: stts, ctts, stsc, stsz, trun) against its length,
 * before a demuxer loops over what they claim: a count in a few bytes can stand for billions of samples.
 *
 * Not its concern: what the samples are, tables whose counts are backed by an entry per sample.
 */
import type { ByteSource } from "../../core/byte-source.ts";

/** Boxes that contain boxes. */
const containers = ["moov", "trak", "mdia", "minf", "stbl", "moof", "traf"];
/** Boxes looked at, of all levels; a recording of a day in fragments of a second has half a million. */
const maximumBoxes = 1_000_000;
/** Entries of one table that are read at a time. */
const blockEntries = 8192;

/** Samples of a chunk that need no other evidence. */
const plainChunk = 4096;
/**
 * Steps that a demuxer may take through one track's chunks: it goes through the chunk of every sample, so a
 * chunk of all samples of an hour takes 24 thousand million.
 */
const maximumSteps = 5e10;

/** What the file claims and its bytes cannot hold; undefined if there is no such claim. */
export async function findFalseTable(source: ByteSource): Promise<string | undefined> {
  const { byteLength } = source;
  let boxes = 0;
  let track = { samples: 0, largestChunk: 0, times: 0, hasOffsets: false };
  const tracks = [track];
  let largest = 0;

  const walk = async (start: number, end: number): Promise<void> => {
    for (let at = start; at + 8 <= end && boxes < maximumBoxes; boxes++) {
      const head = await readView(source, at, 16);
      if (!head) return;
      const name = String.fromCharCode(...[4, 5, 6, 7].map((i) => head.getUint8(i)));
      const stated = head.getUint32(0);
      const isLong = stated === 1 && head.byteLength >= 16;
      const size = isLong ? Number(head.getBigUint64(8)) : stated === 0 ? end - at : stated;
      if (size < 8) return;
      const [from, to] = [at + (isLong ? 16 : 8), Math.min(end, at + size)];
      if (name === "stbl") {
        track = { samples: 0, largestChunk: 0, times: 0, hasOffsets: false };
        tracks.push(track);
      }
      if (containers.includes(name)) await walk(from, to);
      else await readTable(name, from, to);
      at += size;
    }
  };
  const readTable = async (name: string, from: number, to: number): Promise<void> => {
    if (name === "trun") {
      largest = Math.max(largest, (await readView(source, from, 8))?.getUint32(4) ?? 0);
    } else if (name === "stsz") {
      const view = await readView(source, from, 12);
      // One size for all samples needs no table, and none is gone through.
      if (view?.byteLength === 12 && view.getUint32(4) === 0) track.samples = view.getUint32(8);
    } else if (name === "stts") {
      track.times = (await readColumn(source, { from: from + 8, to, entryBytes: 8, column: 0 })).sum;
    } else if (name === "ctts") {
      const { sum } = await readColumn(source, { from: from + 8, to, entryBytes: 8, column: 0 });
      track.hasOffsets = true;
      largest = Math.max(largest, sum);
    } else if (name === "stsc") {
      const column = await readColumn(source, { from: from + 8, to, entryBytes: 12, column: 4 });
      track.largestChunk = column.largest;
    }
  };
  await walk(0, byteLength);
  for (const { samples, largestChunk, times, hasOffsets } of tracks) {
    // Times of presentation are listed one by one.
    if (hasOffsets) largest = Math.max(largest, times);
    if (samples > 0 && largestChunk > Math.max(plainChunk, Math.min(samples, maximumSteps / samples))) {
      return `a chunk of its ${samples} samples claims to hold ${largestChunk}`;
    }
  }
  return largest > byteLength ? `its ${byteLength} bytes claim to hold ${largest} samples` : undefined;
}

/** Sum and largest value of one column of 32-bit numbers in the entries of a table. */
async function readColumn(
  source: ByteSource,
  table: { readonly from: number; readonly to: number; readonly entryBytes: number; readonly column: number },
): Promise<{ readonly sum: number; readonly largest: number }> {
  let [sum, largest] = [0, 0];
  const block = blockEntries * table.entryBytes;
  for (let at = table.from; at < table.to; at += block) {
    const view = await readView(source, at, Math.min(block, table.to - at));
    if (!view) break;
    for (let i = 0; i + table.entryBytes <= view.byteLength; i += table.entryBytes) {
      const value = view.getUint32(i + table.column);
      sum += value;
      largest = Math.max(largest, value);
    }
  }
  return { sum, largest };
}

async function readView(source: ByteSource, at: number, length: number): Promise<DataView | undefined> {
  const bytes = await source.read(at, length);
  return bytes.length < Math.min(8, length)
    ? undefined
    : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
