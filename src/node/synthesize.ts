/**
 * Writes recordings of synthetic voices as a data set on disk.
 *
 * Not its concern: the terminal, training.
 */
import { encodeWav } from "../audio/wav-writer.ts";
import { defaultAmounts, defaultRecipe } from "../core/default-recipe.ts";
import { GolemError, throwIfAborted } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import { makeSafeName } from "../core/safe-name.ts";
import { createFliteVoices } from "../synth/flite.ts";
import { planUtterances, speakUtterance } from "../synth/utterances.ts";
import type { Voice } from "../synth/voice.ts";
import { listWords, parseWordings, type Wording } from "../synth/wordings.ts";
import type { CacheFolder } from "./disk/cache-folder.ts";
import { listEspeakVoices } from "./synth/espeak.ts";
import { loadFliteProgram } from "./synth/flite-program.ts";
import { openWrittenDataset } from "./synth/written-dataset.ts";

/** Options of {@link synthesize}; all but `out` have defaults. */
export interface SynthesizeOptions extends WorkOptions {
  /** Folder of the data set; recordings are added to an existing data set. */
  readonly out: string;
  /** Maximum number of voices; default: four for English, all of espeak-ng's for other languages. */
  readonly voices?: number | undefined;
  /** Recordings per label; default 12. */
  readonly count?: number | undefined;
  /** Default "en". */
  readonly language?: string | undefined;
  readonly seed?: number | undefined;
  readonly cache?: CacheFolder | undefined;
}

/** The recordings that were made. */
export interface SynthesizedData {
  readonly data: string;
  readonly recordings: number;
  readonly labels: readonly string[];
  readonly voices: readonly string[];
  /** Total duration of the audio in seconds. */
  readonly seconds: number;
}

/**
 * Speaks words and writes them as a data set in AudioFolder form, with `speaker` (the voice), `text` and
 * `origin` (synthetic). `words` are "yes,no,stop", the contents of a file with one wording per line ("label,
 * wording"), or wordings. Rejects with `invalid-data`, `invalid-option` (no voice for the language),
 * `synthesis-failed`, `fetch-failed`, `output-exists`, `output-failed`, `aborted`.
 */
export async function synthesize(
  words: string | readonly Wording[],
  options: SynthesizeOptions,
): Promise<SynthesizedData> {
  const {
    out,
    count = defaultAmounts.spokenRecordings,
    seed = defaultRecipe.seed,
    signal,
    onProgress,
  } = options;
  const wordings =
    typeof words !== "string" ? words : words.includes("\n") ? parseWordings(words) : listWords(words);
  const written = await openWrittenDataset(out, { signal, onProgress });
  const voices = await findVoices(options);
  const utterances = planUtterances(wordings, voices.length, count, seed);
  const folders = nameFolders(wordings);
  const numbers = new Map<string, number>();
  let seconds = 0;
  for (const [completed, utterance] of utterances.entries()) {
    throwIfAborted(signal);
    onProgress?.({ stage: "speaking", completed, total: utterances.length });
    const { label, text } = utterance;
    const { samples, sampleRate } = await speakUtterance(utterance, voices);
    const number = (numbers.get(label) ?? 0) + 1;
    numbers.set(label, number);
    const speaker = voices[utterance.voice]!.name;
    written.add({
      ...{ label, speaker, text },
      file: `${folders.get(label)}/synthetic-${String(number).padStart(3, "0")}-${speaker}.wav`,
      bytes: encodeWav(samples, sampleRate, "pcm16"),
    });
    seconds += samples.length / sampleRate;
  }
  await written.finish();
  onProgress?.({ stage: "speaking", completed: utterances.length, total: utterances.length });
  const labels = [...folders.keys()].sort();
  return {
    data: out,
    recordings: utterances.length,
    labels,
    voices: voices.map(({ name }) => name),
    seconds,
  };
}

/** Finds Flite's voices for English, and espeak-ng's if more voices or other languages are requested. */
async function findVoices({
  voices: most,
  language = "en",
  signal,
  onProgress,
  cache,
}: SynthesizeOptions): Promise<Voice[]> {
  const isEnglish = /^en(-us)?$/i.test(language);
  const own = isEnglish ? await createFliteVoices(await loadFliteProgram({ signal, onProgress, cache })) : [];
  const maximum = most ?? (isEnglish ? own.length : Number.POSITIVE_INFINITY);
  const others = maximum > own.length ? await listEspeakVoices(language) : [];
  const voices = [...own, ...others].slice(0, maximum);
  if (voices.length > 0) return voices;
  throw new GolemError("invalid-option", `There is no voice for the language ${language}.`, {
    hint: "Install espeak-ng (its voices are listed by espeak-ng --voices), or use --language en.",
  });
}

/** Names a folder for each label; equal names get numbers. */
function nameFolders(wordings: readonly Wording[]): Map<string, string> {
  const folders = new Map<string, string>();
  const taken = new Set<string>();
  for (const { label } of wordings) {
    if (folders.has(label)) continue;
    const name = makeSafeName(label);
    let free = name;
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${name} ${n}`;
    taken.add(free.toLowerCase());
    folders.set(label, free);
  }
  return folders;
}
