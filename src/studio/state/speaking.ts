/**
 * Typed words as recordings of synthetic voices.
 *
 * Not its concern: how voices speak, the dialog.
 */
import { signal } from "@preact/signals";
import { GolemError } from "../../core/error.ts";
import type { Caller } from "../../core/worker-calls.ts";
import { parseWordings } from "../../synth/wordings.ts";
import { createWorkerCaller } from "../../web/worker-calls.ts";
import { describeError } from "../words/failures.ts";
import { words } from "../words/language.ts";
import type { SpeakCalls, SpokenRecording } from "../workers/speak-worker.ts";
import { keepFiles } from "./keep.ts";
import { tell } from "./notice.ts";
import { addClasses, recordings, task } from "./tasks.ts";
import { saveOrHold } from "./unsaved.ts";

/** Recordings spoken and recordings in all, while words are spoken. */
export const speaking = signal<readonly [done: number, all: number] | undefined>(undefined);

let speaker: Caller<SpeakCalls> | undefined;

function getSpeaker(): Caller<SpeakCalls> {
  if (speaker) return speaker;
  const worker = new Worker(new URL("../workers/speak-worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("error", () => {
    speaker = undefined;
  });
  speaker = createWorkerCaller<SpeakCalls>(worker);
  return speaker;
}

/**
 * Speaks typed words, a wording per line, with `voices` voices, and adds `count` recordings per class to the
 * open task. Resolves with whether that worked; the reason for a failure is shown on the page.
 */
export async function speakWords(text: string, count: number, voices: number): Promise<boolean> {
  const open = task.value;
  if (!open || speaking.value) return false;
  let done = 0;
  try {
    const wordings = parseWordings(text);
    const labels = [...new Set(wordings.map(({ label }) => label))];
    const all = labels.length * count;
    speaking.value = [0, all];
    const isOwn = (label: string) => recordings.value.filter((one) => one.origin && one.label === label);
    const spoken = Object.fromEntries(labels.map((label) => [label, isOwn(label).length]));
    await addClasses(labels);
    let kept = 0;
    let keeping: Promise<void> = Promise.resolve();
    const keep = async ({ label, speaker, bytes }: SpokenRecording) => {
      const save = () => keepFiles(open, [{ bytes, label, speaker, extension: "wav", origin: "synthetic" }]);
      if (await saveOrHold({ owner: open.id, count: () => 1, save })) kept++;
    };
    const site = new URL(".", document.baseURI).href;
    const asked = { site, wordings, count, voices, spoken };
    await getSpeaker().call("speak", asked, {
      onReport: (recording) => {
        keeping = keeping.then(() => keep(recording));
        speaking.value = [++done, all];
      },
    });
    await keeping;
    if (kept > 0) tell({ text: () => words.value.record.added(kept) });
    return true;
  } catch (error) {
    const isMissing = error instanceof GolemError && error.code === "weights-missing";
    tell({
      text: () => (isMissing ? words.value.errors.notThere : describeError(error)),
      isError: true,
    });
    return false;
  } finally {
    speaking.value = undefined;
  }
}
