/**
 * project.json of a project file: a task, its recordings and what is known of its golem, beside the sounds
 * and the golem's own files.
 *
 * Not its concern: zip files, the shelf.
 */
import * as z from "zod/mini";
import { parseBoundedJson } from "../../core/bounded-json.ts";
import { GolemError } from "../../core/error.ts";
import { checkLabel } from "../../dataset/label-limits.ts";
import type { KeptGolem } from "./shelf.ts";
import type { KeptRecording, Task } from "./task.ts";

/** Name of the document in the project's folder. */
export const projectFile = "project.json";

/** Folder of the golem's files in the project's folder. */
export const projectGolem = "golem/";

const text = z.string().check(z.maxLength(4096));
const label = z.string().check(z.minLength(1), z.maxLength(1024));
const share = z.number().check(z.minimum(0), z.maximum(1));
const difference = z.number().check(z.minimum(-1), z.maximum(1));
const count = z.int().check(z.nonnegative());

const training = z.object({
  at: z.number(),
  recordings: count,
  classes: count,
  score: z.optional(share),
  interval: z.optional(z.tuple([share, share])),
  changes: z.optional(z.object({ added: count, removed: count, moved: count })),
  difference: z.optional(
    z.object({ difference, interval: z.tuple([difference, difference]), recordings: count }),
  ),
});

const project = z.object({
  formatVersion: z.literal(1),
  name: text,
  classes: z.array(label).check(z.maxLength(10_000)),
  threshold: z.optional(share),
  augment: z.optional(z.literal("none")),
  recordings: z
    .array(
      z.object({
        file: text,
        label,
        original: z.optional(text),
        speaker: z.optional(text),
        origin: z.optional(z.literal("synthetic")),
        source: z.optional(text),
        split: z.optional(z.enum(["train", "validation", "test"])),
      }),
    )
    .check(z.maxLength(100_000)),
  golem: z.optional(
    z.object({
      seconds: z.number(),
      mark: text,
      score: z.optional(share),
      history: z.optional(z.array(training).check(z.maxLength(100))),
    }),
  ),
});

/** The contents of project.json. */
export type Project = z.infer<typeof project>;

/** Describes a task with its recordings, in their order, and its golem. */
export function describeProject(
  { name, classes, threshold, augment }: Task,
  recordings: readonly KeptRecording[],
  golem: KeptGolem | undefined,
): Project {
  return {
    formatVersion: 1,
    ...{ name, classes: [...classes], threshold, augment },
    recordings: recordings.map(({ file, label, original, speaker, origin, source, split }) => ({
      ...{ file, label, original, speaker, origin, source, split },
    })),
    ...(golem ? { golem: describeGolem(golem) } : {}),
  };
}

function describeGolem({ seconds, mark, score, history }: KeptGolem): NonNullable<Project["golem"]> {
  return {
    seconds,
    mark,
    score,
    history: structuredClone(history) as NonNullable<Project["golem"]>["history"],
  };
}

/** Reads project.json. Throws `invalid-data` for anything else. */
export function parseProject(json: Uint8Array): Project {
  const fail = (found: string) =>
    new GolemError("invalid-data", `${projectFile} cannot be read: ${found}.`, {
      hint: "Download the project from the studio again.",
    });
  const result = project.safeParse(parseBoundedJson(json, fail));
  if (!result.success) throw fail(result.error.issues[0]?.message ?? "it has another form");
  for (const { label: own, file } of result.data.recordings) checkLabel(own, file);
  return result.data;
}
