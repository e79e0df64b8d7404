/**
 * The worker that packs and unpacks zip files, and checks hashes.
 *
 * Must not know: what is in them, the page.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { unzipSync, type Zippable, zipSync } from "fflate";
import { GolemError } from "../../core/error.ts";
import { openShelf } from "../data/shelf.ts";
import type { KeptRecording } from "../data/task.ts";
import { answerCalls } from "./messages.ts";

/** What this worker can be asked. */
export type PackCalls = {
  /** The golem of a task, in a folder of that name. */
  golem: { argument: { task: string; folder: string }; answer: Uint8Array };
  /** The recordings of a task with metadata.csv, in a folder of that name. */
  data: { argument: { task: string; folder: string }; answer: Uint8Array };
  /** The files of a zip by path; `sha256`, where it is known, is checked first. */
  unpack: {
    argument: { bytes: Uint8Array; sha256?: string | undefined };
    answer: Record<string, Uint8Array>;
  };
};

/** Most bytes that are unpacked. */
const mostBytes = 500e6;

const shelf = openShelf();

answerCalls<PackCalls>({
  async golem({ task, folder }) {
    const golem = await (await shelf).getGolem(task);
    if (!golem) throw new GolemError("golem-not-found", "This task has no golem; train it first.");
    return zipSync({ [folder]: { ...golem.files } as Zippable }, { level: 6 });
  },
  async data({ task, folder }) {
    const kept = await shelf;
    const recordings = await kept.listRecordings(task);
    const files: Record<string, Uint8Array> = {
      "metadata.csv": new TextEncoder().encode(writeMetadata(recordings)),
    };
    for (const { id, file } of recordings) {
      const sound = await kept.getSound(id);
      if (sound) files[file] = sound;
    }
    return zipSync({ [folder]: files as Zippable }, { level: 0 });
  },
  unpack({ bytes, sha256: wanted }) {
    if (wanted !== undefined && bytesToHex(sha256(bytes)) !== wanted) {
      throw new GolemError("weights-damaged", "A file of this site has another hash than its list says.");
    }
    let total = 0;
    let isTooLarge = false;
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        isTooLarge ||= total > mostBytes;
        return !isTooLarge && !name.endsWith("/");
      },
    });
    if (!isTooLarge) return files;
    throw new GolemError("too-long", "The zip file holds more than 500 MB; at most so much was expected.");
  },
});

/** The list as `golem train` reads it. */
function writeMetadata(recordings: readonly KeptRecording[]): string {
  const cell = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const hasSpeakers = recordings.some(({ speaker }) => speaker !== undefined);
  const hasSplits = recordings.some(({ split }) => split !== undefined);
  const header = ["file_name", "label", ...(hasSpeakers ? ["speaker"] : []), ...(hasSplits ? ["split"] : [])];
  const rows = recordings.map(({ file, label, speaker = "", split = "" }) => [
    file,
    label,
    ...(hasSpeakers ? [speaker] : []),
    ...(hasSplits ? [split] : []),
  ]);
  return [header, ...rows].map((row) => `${row.map(cell).join(",")}\n`).join("");
}
