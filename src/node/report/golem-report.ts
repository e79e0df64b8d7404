/**
 * Writes the report page of a golem in Node, with sound if permitted.
 *
 * Not its concern: the data (workflow/golem-report.ts), the layout of the page.
 */

import { readFile } from "node:fs/promises";
import type { WorkOptions } from "../../core/progress.ts";
import type { GolemModel } from "../../golem/golem-model.ts";
import { getAudioOf } from "../../golem/predict-embedded.ts";
import type { PageAssets } from "../../view/report/page.tsx";
import { writeReport } from "../../view/report/page.tsx";
import type { GatheredReport } from "../../workflow/golem-report.ts";
import type { ReportSources } from "../data/report-sources.ts";
import { getPackagePath, isSource } from "../disk/package-place.ts";
import { addFileClips, type FileClipOptions } from "./report-clips.ts";

/** Options of the sound in a report; see `addFileClips`. */
interface ReportSound extends Pick<FileClipOptions, "folder" | "sound" | "pictures"> {
  /** Absolute paths of recordings by their names in the data set. */
  readonly sources: ReportSources;
}

/** Creates the page, with sound if `sound` is given. */
export async function composeReport(
  model: GolemModel,
  { data, files }: GatheredReport,
  sound?: ReportSound & WorkOptions,
): Promise<string> {
  const assets = await loadPageAssets();
  if (!sound) return writeReport(data, assets);
  const { training, test } = sound.sources;
  const paths = files.map((file, i) => (data.recordings[i]!.isTrained ? training : test).get(file));
  return writeReport(
    await addFileClips(data, { ...sound, paths, audio: getAudioOf(model.document) }),
    assets,
  );
}

/**
 * Reads the script and the style sheet of the page: plain files next to the code that writes it, in src and
 * in dist. Rejects if a file of the package is missing.
 */
export async function loadPageAssets(): Promise<PageAssets> {
  const styles = ["look", "result", "report/page", "report/sections", "report/narrow"];
  const [script, ...sheets] = await Promise.all(
    ["report/page-script.js", ...styles.map((name) => `${name}.css`)].map(readText),
  );
  return { script: script!, style: sheets.join("") };
}

/**
 * Reads text with line ends as "\n": HTML parsers normalise them, and the hashes in the page's content
 * security policy are of the normalised text.
 */
async function readText(name: string): Promise<string> {
  const text = await readFile(getPackagePath(isSource ? "src" : "dist", "view", name), "utf8");
  return text.replaceAll("\r\n", "\n");
}
