/**
 * Writes the report of a task's golem, with the sound that the shelf has.
 *
 * Not its concern: how the report looks, where it is saved.
 */

import type { Decoder } from "../../audio/formats/decoder.ts";
import { openAudio } from "../../audio/open-audio.ts";
import { createMemorySource } from "../../core/byte-source.ts";
import type { LearningCurve } from "../../evaluate/learning-curve.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { getAudioOf } from "../../golem/predict-embedded.ts";
import look from "../../view/look.css?raw";
import narrow from "../../view/report/narrow.css?raw";
import page from "../../view/report/page.css?raw";
import { writeReport } from "../../view/report/page.tsx";
import script from "../../view/report/page-script.js?raw";
import sections from "../../view/report/sections.css?raw";
import tables from "../../view/report/tables.css?raw";
import result from "../../view/result.css?raw";
import { gatherGolemReport } from "../../workflow/golem-report.ts";
import { addClips, clipRate, clipSeconds } from "../../workflow/report-clips.ts";
import type { Shelf } from "../data/shelf.ts";

/** The page, as `golem report` writes it. */
export async function writeStudioReport(
  shelf: Pick<Shelf, "listRecordings" | "getSound">,
  task: string,
  model: GolemModel,
  options: {
    readonly learningCurve: LearningCurve | undefined;
    readonly decoders: readonly Decoder[];
  },
): Promise<string> {
  const { learningCurve, decoders } = options;
  const { data, files } = gatherGolemReport(model, { learningCurve });
  const ids = new Map((await shelf.listRecordings(task)).map(({ file, id }) => [file, id]));
  const read = async (place: number): Promise<Float32Array | undefined> => {
    const file = files[place]!;
    const bytes = await shelf.getSound(ids.get(file)!);
    if (!bytes) return undefined;
    const settings = { ...getAudioOf(model.document), sampleRate: clipRate, decoders };
    const opened = await openAudio(createMemorySource(bytes, file), settings).catch(() => undefined);
    for await (const samples of opened?.windows() ?? []) return samples.slice(0, clipSeconds * clipRate);
    return undefined;
  };
  const hasSound = (place: number) => ids.has(files[place]!);
  const sounding = await addClips(data, { hasSound, read, sound: "embed" });
  return writeReport(sounding, { script, style: `${look}${result}${page}${sections}${tables}${narrow}` });
}
