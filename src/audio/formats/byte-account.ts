/**
 * Accounts for every byte of a recording: decoded, known to be something else, or lost; and reports the lost
 * bytes.
 *
 * Not its concern: formats. Each decoder enters the bytes it reads, and `decodeSource` reports the account
 * when the samples end.
 */
import type { ByteSource } from "../../core/byte-source.ts";
import { blockBytes } from "../../core/byte-source.ts";
import type { ErrorRecord } from "../../core/error.ts";
import { joinBytes } from "../../core/join-arrays.ts";
import { createWarning } from "../warning.ts";
import { measureGap } from "./tags.ts";

/** The account of one recording, filled from its start to its end. */
export interface ByteAccount {
  /** Enters bytes that were decoded to samples. */
  addSound(bytes: number): void;
  /** Enters bytes of sound that could not be decoded. */
  addRefused(bytes: number): void;
  /** Moves bytes that were entered as decoded to those that could not be decoded. */
  refuse(bytes: number): void;
  /** Enters bytes that belong to no frame; they are examined here. Adjacent ones form one gap. */
  addGap(bytes: Uint8Array): void;
  /** Enters a tag whose bytes need not be examined; the `lead` bytes before it belong to it. */
  addTag(lead: number): void;
  /** Enters all bytes of `source` from `offset` on, which the decoder does not use, as a gap. */
  addRest(source: ByteSource, offset: number): Promise<void>;
  /** Whether any bytes between the decoded ones have been lost so far. */
  hasLoss(): boolean;
  /** Whether any bytes were entered that are neither a tag nor zeros. */
  hasBytes(): boolean;
  /** Enters how many seconds are missing between the first and the last frame, if headers state it. */
  setMissing(seconds: number): void;
  /** Adds warnings about lost bytes; `seconds` is the duration of the decoded bytes. To be called once. */
  report(seconds: number): void;
}

/** Bytes of a gap that are examined together: more than most tags with pictures take. */
const heldBytes = 4 << 20;
/** Zeros between frames that are not reported: some writers align their frames. */
const smallestZeroRun = 64;
/** Bytes of a gap that are not reported: the smallest frame of any format is larger. */
const largestOddment = 15;
/** Bytes before the first frame that are not reported: the end of a frame that was cut off. */
const largestOpening = 4096;

/** Creates the account of the file `name`; its reports are appended to `warnings`. */
export function createByteAccount(name: string, warnings: ErrorRecord[]): ByteAccount {
  let sound = 0;
  let refused = 0;
  let missing: number | undefined;
  let zeroed = 0;
  let foreign = 0;
  let held: Uint8Array[] = [];
  let heldLength = 0;
  const gap = { tags: 0, zeros: 0, unknown: 0 };

  const examine = (): void => {
    if (heldLength === 0) return;
    const { tags, zeros, unknown } = measureGap(joinBytes(held));
    gap.tags += tags;
    gap.zeros += zeros;
    gap.unknown += unknown;
    held = [];
    heldLength = 0;
  };
  const closeGap = (): void => {
    examine();
    const isOpening = sound + refused === 0;
    const length = gap.unknown + (gap.tags === 0 ? gap.zeros : 0);
    if (gap.unknown > 0 && length > (isOpening ? largestOpening : largestOddment)) foreign += gap.unknown;
    // Zeros beside a tag are its padding.
    if (!isOpening && gap.tags === 0 && gap.zeros >= smallestZeroRun) zeroed += gap.zeros;
    Object.assign(gap, { tags: 0, zeros: 0, unknown: 0 });
  };
  const addGap = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return;
    held.push(bytes.slice());
    heldLength += bytes.length;
    if (heldLength >= heldBytes) examine();
  };

  return {
    addGap,
    addTag: (lead) => {
      examine();
      gap.unknown -= Math.min(gap.unknown, lead);
      gap.tags++;
    },
    addSound: (bytes) => {
      closeGap();
      sound += bytes;
    },
    addRefused: (bytes) => {
      closeGap();
      refused += bytes;
    },
    refuse: (bytes) => {
      const moved = Math.min(bytes, sound);
      sound -= moved;
      refused += moved;
    },
    addRest: async (source, offset) => {
      for (let at = offset; at < source.byteLength; ) {
        const bytes = await source.read(at, blockBytes);
        if (bytes.length === 0) return;
        addGap(bytes);
        at += bytes.length;
      }
    },
    hasLoss: () => refused + zeroed + foreign > 0,
    hasBytes: () => {
      examine();
      return sound + refused + foreign + gap.unknown > 0;
    },
    setMissing: (seconds) => {
      missing = seconds;
    },
    report: (seconds) => {
      examine();
      const rate = sound > 0 ? seconds / sound : 0;
      const loss = { refused, zeroed, foreign };
      if (refused + zeroed + foreign > 0) warnings.push(warnOfLoss(name, loss, rate, missing));
      if (gap.unknown > largestOddment) warnings.push(warnOfRest(name, gap.unknown, rate));
    },
  };
}

/** `rate`: seconds per byte; `missing`: seconds by the header. */
function warnOfLoss(
  name: string,
  { refused, zeroed, foreign }: Readonly<Record<"refused" | "zeroed" | "foreign", number>>,
  rate: number,
  missing: number | undefined,
): ErrorRecord {
  const lost = refused + zeroed + foreign;
  const kinds = [
    [refused, "in frames that could not be decoded"],
    [zeroed, "overwritten with zeros"],
    [foreign, "outside frames"],
  ] as const;
  const parts = kinds.filter(([count]) => count > 0).map(([count, kind]) => `${count} ${kind}`);
  const loss =
    missing === undefined
      ? `about ${formatLoss(lost * rate)} of sound may be missing`
      : missing > 0
        ? `${formatLoss(missing)} of sound are missing`
        : "according to its header no sound is missing";
  return createWarning(
    "damaged",
    `${lost} bytes inside ${name} gave no sound (${parts.join(", ")}): ${loss}; everything else was decoded.`,
    "Copy or record it again if that part matters.",
  );
}

function warnOfRest(name: string, bytes: number, rate: number): ErrorRecord {
  return createWarning(
    "bytes-left",
    `${bytes} bytes at the end of ${name} were not decoded, about ${formatLoss(bytes * rate)} if they are sound like the rest; expected frames or tags up to the end.`,
    "If sound is missing at the end, convert the file with the program that wrote it, or record it again.",
  );
}

/** Seconds with as many digits as short losses need. */
function formatLoss(seconds: number): string {
  return `${seconds >= 1 ? seconds.toFixed(1) : seconds.toFixed(3)} s`;
}
