/**
 * Scores detection in annotated recordings: the events detected in every long recording are compared with its
 * annotations.
 *
 * Not its concern: the definition of the scores (evaluate/event-scores.ts), detection itself.
 */
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { Dataset } from "../dataset/dataset.ts";
import { unknownLabels } from "../embed/embedded-recording.ts";
import { computeEventScores, type EventRecording, type EventScores } from "../evaluate/event-scores.ts";
import { openDataset } from "./data/open-dataset.ts";
import { type DetectWork, detectFile } from "./detect.ts";
import type { Golem } from "./golem.ts";

/** Options of {@link evaluateEvents}. */
export interface EvaluateEventsOptions extends DetectWork {
  /** Seconds by which the onset of a detection may differ from the annotation's. */
  readonly tolerance?: number | undefined;
}

/**
 * Detects in every long recording of an annotated data set, and scores the events. Rejects with
 * `invalid-data` for data without annotations, and with the errors of `loadDataset` and `detectFile`.
 */
export async function evaluateEvents(
  golem: Golem,
  data: string | Dataset,
  { tolerance, ...options }: EvaluateEventsOptions = {},
): Promise<EventScores> {
  const dataset = await openDataset(data, {
    ...options,
    annotations: { background: "none", overlaps: "use" },
  });
  const scored: EventRecording[] = [];
  for (const [path, annotated] of groupByRecording(dataset)) {
    throwIfAborted(options.signal);
    let seconds = 0;
    const detected = [];
    const onProgress: DetectWork["onProgress"] = (progress) => {
      if (progress.stage === "listening") seconds = Math.max(seconds, progress.completed);
      options.onProgress?.(progress);
    };
    for await (const event of detectFile(golem, path, { ...options, onProgress })) detected.push(event);
    scored.push({ seconds, annotated, detected });
  }
  const labels = golem.labels.filter((label) => ![...unknownLabels, "_silence"].includes(label));
  return computeEventScores(scored, labels, tolerance);
}

/** Groups annotations by the path of the long recording; recordings without events have none. */
function groupByRecording({
  name,
  recordings,
  empty = [],
}: Dataset): [string, EventRecording["annotated"][number][]][] {
  const groups = new Map<string, EventRecording["annotated"][number][]>();
  for (const { segment, longFile, label } of recordings) {
    if (!segment || longFile === undefined || unknownLabels.includes(label)) continue;
    groups.set(longFile, [...(groups.get(longFile) ?? []), { ...segment, label }]);
  }
  if (groups.size > 0) return [...groups, ...empty.map((path): [string, []] => [path, []])];
  throw new GolemError(
    "invalid-data",
    `${name} contains no annotations; expected long recordings with annotations.`,
    {
      hint: "Put a label track next to each recording (day.wav, day.txt), or name a list with the columns file_name, start, end and label.",
    },
  );
}
