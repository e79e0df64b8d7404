/**
 * Keeps clips in a folder as 16-bit WAV files with a manifest; above a size limit the oldest clips are
 * deleted. Clips labelled in a review are never deleted, since they are training data.
 *
 * Not its concern: which parts of a stream are kept (detect/clip-cutter.ts).
 */
import { randomBytes } from "node:crypto";
import { appendFile, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { encodeWav } from "../../audio/wav-writer.ts";
import { type ErrorRecord, GolemError } from "../../core/error.ts";
import type { ClipKind, HeardClip, KeepSettings } from "../../detect/clip-cutter.ts";
import { writeFileAtomic } from "../disk/atomic-write.ts";
import { describeDiskReason } from "../disk/disk-error.ts";
import { readAnswers } from "./answers.ts";
import { keepDefaults } from "./keep-defaults.ts";
import { isClipName, type KeptClip, manifestName } from "./kept-manifest.ts";

/** The sound of a stream to keep, and the folder for it. */
export interface KeepOptions extends Pick<KeepSettings, "unsure" | "unknown"> {
  readonly folder: string;
  /** Sound kept before and after each part, in seconds, at most 10; default 1. */
  readonly marginSeconds?: number | undefined;
  /** Size from which the oldest clips are deleted, in bytes; default 500 MB. */
  readonly maximumBytes?: number | undefined;
}

/** Maximum margin in seconds; a longer one would not fit into the longest clip. */
const maximumMarginSeconds = 10;
/** Maximum bytes of clips waiting to be written; further clips are dropped. */
const maximumPendingBytes = 64 << 20;
/** The share of the size limit to which the folder is reduced when the oldest clips are deleted. */
const remainingShare = 0.95;

/** The counts of a keeper. */
export interface KeptState {
  /** Number of clips written since it was opened. */
  readonly written: Readonly<Record<ClipKind, number>>;
  /** Size in bytes of all clips in the folder that may be deleted. */
  readonly bytes: number;
  /** Number of clips that could not be written. */
  readonly failed: number;
}

/** Writes clips. */
export interface ClipKeeper {
  readonly settings: KeepSettings;
  /** Queues a clip for writing; failures become warnings. `source`: the name of the file or session. */
  keep(clip: HeardClip, source: string): void;
  getState(): KeptState;
  /** Resolves when all clips are written, or with a warning after `maximumSeconds`; default: no limit. */
  close(maximumSeconds?: number): Promise<void>;
}

/** Checks the options and fills in the defaults. Throws `invalid-option`. */
function resolveKeepOptions(options: KeepOptions): KeepSettings & { readonly maximumBytes: number } {
  const { marginSeconds = keepDefaults.marginSeconds, maximumBytes = keepDefaults.maximumBytes } = options;
  const check = (name: string, value: number, maximum: number, minimum = 0): void => {
    if (value >= minimum && value <= maximum) return;
    throw new GolemError("invalid-option", `${name} is ${value}; expected ${minimum} to ${maximum}.`);
  };
  check("marginSeconds", marginSeconds, maximumMarginSeconds);
  check("unsure", options.unsure ?? 1, 1, 0.001);
  check("maximumBytes", maximumBytes, Number.MAX_SAFE_INTEGER, 1);
  return { marginSeconds, maximumBytes, unsure: options.unsure, unknown: options.unknown };
}

/**
 * Opens a keeper on a folder, which is created. Rejects with `invalid-option`, and with `output-failed` if
 * nothing can be written there; later, a full disk gives only a warning.
 */
export async function openClipKeeper(
  options: KeepOptions,
  onWarning?: (warning: ErrorRecord) => void,
): Promise<ClipKeeper> {
  const { folder } = options;
  const { maximumBytes, ...settings } = resolveKeepOptions(options);
  const manifest = join(folder, manifestName);
  let isTorn = await prepare(folder, manifest);
  const ring = await listClips(folder);
  const written = { event: 0, unsure: 0, unknown: 0 };
  let bytes = ring.reduce((sum, clip) => sum + clip.bytes, 0);
  let failed = 0;
  let pendingBytes = 0;
  /** Whether the last clip failed; a disk that stays full gives only one warning. */
  let isFailing = false;
  let turn: Promise<void> = Promise.resolve();

  const fail = (reason: string): void => {
    failed++;
    if (isFailing) return;
    isFailing = true;
    onWarning?.({
      code: "output-failed",
      message: `A clip could not be kept in ${folder}: ${reason}. Detection continues; clips are not kept until writing succeeds again.`,
      hint: "Free space on the disk, or name another folder with --keep.",
    });
  };
  const makeRoom = async (needed: number): Promise<void> => {
    if (bytes + needed <= maximumBytes) return;
    const labelled = await readAnswers(folder).catch(() => new Map<string, unknown>());
    while (ring.length > 0 && bytes + needed > remainingShare * maximumBytes) {
      const oldest = ring.shift()!;
      if (!labelled.has(oldest.name)) await rm(join(folder, oldest.name), { force: true });
      bytes -= oldest.bytes;
    }
  };
  const write = async (clip: HeardClip, source: string): Promise<void> => {
    const wav = encodeWav(clip.samples, clip.sampleRate, "pcm16");
    if (wav.length > maximumBytes) return fail(`it has ${wav.length} bytes, more than ${maximumBytes}`);
    const time = new Date().toISOString();
    const name = `${time.replaceAll(/[:.]/g, "-")}-${randomBytes(4).toString("hex")}.wav`;
    try {
      await makeRoom(wav.length);
      await writeFileAtomic(join(folder, name), wav);
      try {
        const line = JSON.stringify(describeClip(clip, { name, source, time }));
        await appendFile(manifest, `${isTorn ? "\n" : ""}${line}\n`);
        isTorn = false;
      } catch (error) {
        isTorn = true;
        await rm(join(folder, name), { force: true });
        throw error;
      }
      ring.push({ name, bytes: wav.length });
      bytes += wav.length;
      written[clip.kind]++;
      isFailing = false;
    } catch (error) {
      const { cause = error } = error as Error;
      fail(describeDiskReason(cause));
    }
  };
  return {
    settings,
    keep(clip, source) {
      const size = 4 * clip.samples.length;
      if (pendingBytes + size > maximumPendingBytes) return fail("the disk is too slow");
      pendingBytes += size;
      turn = turn
        .then(() => write(clip, source))
        .finally(() => {
          pendingBytes -= size;
        });
    },
    getState: () => ({ written: { ...written }, bytes, failed }),
    async close(maximumSeconds) {
      if (maximumSeconds === undefined) return turn;
      const isWritten = turn.then(() => true);
      if (await Promise.race([isWritten, setTimeout(1000 * maximumSeconds, false, { ref: false })])) return;
      onWarning?.({
        code: "output-failed",
        message: `Clips could not be written to ${folder} within ${maximumSeconds} s: the disk is too slow. They are not kept.`,
        hint: "Name a folder on a faster disk with --keep.",
      });
    },
  };
}

/** Creates the folder and the manifest; returns whether the manifest's last line is unfinished. */
async function prepare(folder: string, manifest: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(manifest, "a+");
    try {
      const { size } = await handle.stat();
      if (size === 0) return false;
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
      return buffer[0] !== 0x0a;
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new GolemError(
      "output-failed",
      `Clips cannot be kept in ${folder}: ${describeDiskReason(error)}.`,
      { hint: "Name a writable folder with --keep.", cause: error },
    );
  }
}

/** Lists the clips in a folder, the oldest first. */
async function listClips(folder: string): Promise<{ name: string; bytes: number }[]> {
  const names = (await readdir(folder)).filter(isClipName).sort();
  const labelled = await readAnswers(folder).catch(() => new Map<string, unknown>());
  const clips: { name: string; bytes: number }[] = [];
  for (const name of names.filter((name) => !labelled.has(name))) {
    const size = (await stat(join(folder, name)).catch(() => undefined))?.size;
    if (size !== undefined) clips.push({ name, bytes: size });
  }
  return clips;
}

/** Returns the manifest's line for a clip. */
function describeClip(
  { kind, event, start }: HeardClip,
  { name, source, time }: { name: string; source: string; time: string },
): KeptClip {
  const round = (seconds: number): number => Math.round(1000 * Math.max(0, seconds)) / 1000;
  return {
    ...{ file_name: name, heard: event.label, confidence: event.confidence, kind },
    ...{ start: round(event.start - start), end: round(event.end - start) },
    ...{ source, sourceStart: round(event.start), time },
  };
}
