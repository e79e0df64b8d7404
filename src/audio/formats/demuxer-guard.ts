/**
 * Bounds the work of mediabunny's demuxers (1.61) by the bytes of the file, since hostile or damaged files
 * make them loop: a search for the next element of Matroska that never leaves the last eight bytes, or finds
 * the element from which it started; laced blocks that are inserted one by one, 256 for each; an index whose
 * repeated entries are removed one by one.
 *
 * It replaces methods of one input's reader and demuxer, which are not in mediabunny's types; the tests fail
 * if they do not exist.
 * Not its concern: lengths stated by tables of MP4 (mp4-tables.ts), which are traversed without reads.
 */
import type { Input } from "mediabunny";

/** The parts of an input that are replaced. */
interface InnerInput {
  readonly _reader: InnerReader;
  _getDemuxer(): Promise<InnerDemuxer>;
}

interface InnerReader {
  requestSlice(start: number, length: number): unknown;
  requestSliceRange(start: number, least: number, most: number): unknown;
}

interface Block {
  readonly data: Uint8Array;
}

/** What a demuxer has read of one track of an MP4 file. */
interface InnerTable {
  /** One for each sample, or one for all. */
  readonly sampleSizes: readonly number[];
  readonly sampleToChunk: readonly { readonly samplesPerChunk: number }[];
}

interface InnerDemuxer {
  /** Only in MP4. */
  getSampleTableForTrack?(track: object): InnerTable;
  /** Only in Matroska. Replaces each laced block by one for each of its frames. */
  expandLacedBlocks?(blocks: Block[], track: unknown): void;
  /** Only in Matroska. Reads one element and its contents. */
  traverseElement?(slice: unknown, stopIds?: unknown): boolean;
  readonly currentSegment?: { readonly cuePoints: readonly unknown[] } | null;
}

/** Bytes that a search needs; with no more than these left, it would loop forever. */
const searchBytes = 8;
/** Number of consecutive reads at the same place that counts as a loop. */
const maximumRepeats = 100;
/** Reads per byte of the file; elements have at least two bytes, and few are read more than twice. */
const readsPerByte = 8;
const plainReads = 10_000;
/** Entries of an index, of which those for the same time are removed one by one; a day has 86,400 seconds. */
const maximumCues = 100_000;
/** Samples of a chunk that need no other evidence. */
const plainSamples = 4096;
/**
 * Steps that a demuxer may take through one track's chunks: it goes through the chunk of every sample, so a
 * chunk of all samples of an hour takes 24 thousand million.
 */
const maximumSteps = 5e10;

/** Bounds an input of `byteLength` bytes (Infinity for streams), before it has been read. */
export async function guardDemuxer(input: Input, byteLength: number): Promise<void> {
  const inner = input as unknown as InnerInput;
  const opened = inner._getDemuxer();
  // The reader exists as soon as the search for the demuxer has started.
  guardReader(inner._reader, byteLength);
  const demuxer = await opened;
  guardLacing(demuxer);
  guardCues(demuxer);
  guardChunks(demuxer);
}

function guardReader(reader: InnerReader, byteLength: number): void {
  const read = reader.requestSlice.bind(reader);
  const readRange = reader.requestSliceRange.bind(reader);
  const maximumReads = plainReads + readsPerByte * byteLength;
  let [reads, place, repeats] = [0, -1, 0];
  reader.requestSlice = (start, length) => {
    if (++reads > maximumReads) throw new Error("its elements lead in circles");
    return read(start, length);
  };
  reader.requestSliceRange = (start, least, most) => {
    repeats = start === place ? repeats + 1 : 0;
    place = start;
    if (repeats > maximumRepeats) throw new Error(`nothing can be read after byte ${start}`);
    // Only the search for the next element accepts fewer bytes.
    const isAtEnd = least === 0 && Math.min(most, byteLength - start) <= searchBytes;
    return isAtEnd ? null : readRange(start, least, most);
  };
}

function guardLacing(demuxer: InnerDemuxer): void {
  const expand = demuxer.expandLacedBlocks?.bind(demuxer);
  if (!expand) return;
  demuxer.expandLacedBlocks = (blocks, track) => {
    const expanded: Block[] = [];
    for (const block of blocks) {
      const { length } = block.data;
      const frames = [block];
      expand(frames, track);
      if (frames.length > Math.max(1, length))
        throw new Error(`${length} bytes claim ${frames.length} frames`);
      for (const frame of frames) expanded.push(frame);
    }
    blocks.length = 0;
    for (const block of expanded) blocks.push(block);
  };
}

function guardCues(demuxer: InnerDemuxer): void {
  const traverse = demuxer.traverseElement?.bind(demuxer);
  if (!traverse) return;
  demuxer.traverseElement = (slice, stopIds) => {
    const isFound = traverse(slice, stopIds);
    const count = demuxer.currentSegment?.cuePoints.length ?? 0;
    if (count > maximumCues) throw new Error(`its index has more than ${maximumCues} entries`);
    return isFound;
  };
}

function guardChunks(demuxer: InnerDemuxer): void {
  const read = demuxer.getSampleTableForTrack?.bind(demuxer);
  if (!read) return;
  const checked = new WeakSet<object>();
  demuxer.getSampleTableForTrack = (track) => {
    const table = read(track);
    if (!checked.has(track)) checkChunks(table);
    checked.add(track);
    return table;
  };
}

/** Of samples with one size for all, none is gone through. */
function checkChunks({ sampleSizes: { length }, sampleToChunk }: InnerTable): void {
  if (length === 1) return;
  const largest = sampleToChunk.reduce((most, { samplesPerChunk }) => Math.max(most, samplesPerChunk), 0);
  if (largest > Math.max(plainSamples, Math.min(length, maximumSteps / Math.max(1, length))))
    throw new Error(`a chunk of its ${length} samples claims to hold ${largest}`);
}
