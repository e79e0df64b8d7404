/**
 * Reads kept.jsonl: one line per kept clip, in the order in which they were kept. Lines are only appended;
 * the clips of the oldest lines may have been deleted.
 *
 * Not its concern: the clips themselves, labels given to them (answers.ts).
 */
import { join } from "node:path";
import * as z from "zod/mini";
import { parseBoundedJson } from "../../core/bounded-json.ts";
import { readRegularFile } from "../disk/regular-file.ts";

/** Name of the manifest in a folder of kept clips. */
export const manifestName = "kept.jsonl";

/** Maximum size of a manifest, in bytes. */
const maximumBytes = 256 << 20;
/** The form of the names of clips: the time in UTC, for sorting, and eight random digits. */
const clipName = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z-[0-9a-f]{8}\.wav$/;

const keptClipSchema = z.object({
  file_name: z.string().check(z.regex(clipName)),
  heard: z.string(),
  confidence: z.number().check(z.minimum(0), z.maximum(1)),
  kind: z.enum(["event", "unsure", "unknown"]),
  /** Start of the kept part in the clip, in seconds. */
  start: z.number().check(z.minimum(0)),
  end: z.number().check(z.minimum(0)),
  /** The source: a file or a session. */
  source: z.string(),
  /** Start of the kept part in the source, in seconds. */
  sourceStart: z.number().check(z.minimum(0)),
  /** Time at which it was kept, ISO 8601 in UTC. */
  time: z.string(),
});

/** One line of the manifest. */
export type KeptClip = z.infer<typeof keptClipSchema>;

/** Whether a file name is that of a kept clip. */
export const isClipName = (name: string): boolean => clipName.test(name);

/** Reads the manifest of a folder; undefined if it has none. Damaged lines are left out. */
export async function readManifest(folder: string): Promise<KeptClip[] | undefined> {
  let text: string;
  try {
    text = (await readRegularFile(join(folder, manifestName), maximumBytes)).toString("utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return text.split("\n").flatMap((line) => {
    try {
      const { success, data } = keptClipSchema.safeParse(parseBoundedJson(line, Error));
      return success ? [data] : [];
    } catch {
      return [];
    }
  });
}
