/**
 * The doctor asked about recordings that were heard: what it looks at (likeness, a second opinion on labels) is gathered here.
 *
 * Not its concern: what is looked for (doctor/), files, stores.
 */

import { computeSecondOpinion } from "../classifier/second-opinion.ts";
import { createLikeness, sketchEmbeddings } from "../classifier/sketch.ts";
import type { EncoderSetInfo } from "../classifier/view.ts";
import type { SkippedRecording } from "../dataset/dataset.ts";
import { diagnose } from "../doctor/diagnose.ts";
import type { Examination, Opinion } from "../doctor/examination.ts";
import type { Finding } from "../doctor/finding.ts";
import type { EmbeddedRecording } from "../embed/embedded-recording.ts";

/** Most recordings that are examined in passing, in well under a second; of more, the doctor tells when it is asked. */
export const maximumExamined = 500;

/** What is wrong with recordings, most harmful first. */
export function examineRecordings(
  recordings: readonly EmbeddedRecording[],
  skipped: readonly SkippedRecording[],
  encoderSet: EncoderSetInfo,
  seed: number,
): Finding[] {
  return diagnose(createExamination(recordings, skipped, encoderSet, seed));
}

/** Numbers a layer with which likeness is judged, and a classifier of many recordings learns: half of them means. */
const likenessDimensions = 8;
const sketchDimensions = 64;
/** Most recordings that are judged on everything that was heard. */
const wholeUpTo = 200;
/** Most recordings of which each layer is judged by itself, and of which every doubt is looked at twice. */
const separateUpTo = 500;

function createExamination(
  recordings: readonly EmbeddedRecording[],
  skipped: readonly SkippedRecording[],
  encoderSet: EncoderSetInfo,
  seed: number,
): Examination {
  if (recordings.length === 0) return { recordings, skipped, seed };
  const sounds = { encoders: encoderSet.encoders };
  const likeness = createLikeness(
    sketchEmbeddings(recordings, sounds, { dimensions: likenessDimensions, seed }),
  );
  return { recordings, skipped, likeness, seed, opinion: formOpinion(recordings, encoderSet, seed) };
}

function formOpinion(
  recordings: readonly EmbeddedRecording[],
  encoderSet: EncoderSetInfo,
  seed: number,
): Opinion | undefined {
  const counts = new Map<string, number>();
  for (const { label } of recordings) counts.set(label, (counts.get(label) ?? 0) + 1);
  const labels = [...counts.keys()].filter((label) => counts.get(label)! > 1).sort();
  if (labels.length < 2) return undefined;
  const rows = [...recordings.keys()].filter((row) => labels.includes(recordings[row]!.label));
  const embeddings = rows.map((row) => recordings[row]!);
  const problem = { labels: embeddings.map(({ label }) => labels.indexOf(label)), classes: labels.length };
  const isLarge = rows.length > separateUpTo;
  const seen =
    rows.length > wholeUpTo
      ? sketchEmbeddings(embeddings, encoderSet, {
          dimensions: isLarge ? sketchDimensions / 2 : sketchDimensions,
          joinLayers: isLarge,
          seed,
        })
      : { embeddings, encoderSet };
  const options = { seed, isOneLook: isLarge };
  return {
    labels,
    rows,
    ...computeSecondOpinion({ ...problem, embeddings: seen.embeddings }, seen.encoderSet, options),
  };
}
