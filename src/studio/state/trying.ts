/**
 * Trying a golem: what the microphone or a file holds, and what it is taken for.
 *
 * Must not know: how it is shown.
 */
import { signal } from "@preact/signals";
import type { AudioPrediction } from "../../golem/predict-heard.ts";
import type { FoundFile } from "../data/found-files.ts";
import { type Microphone, microphoneRate, openMicrophone } from "../sound/microphone.ts";
import { createTakeCutter } from "../sound/take-cutter.ts";
import { encodeWav } from "../sound/wav-file.ts";
import { describeError } from "../words/failures.ts";
import { words } from "../words/language.ts";
import { pushLevel, resetLevels } from "./levels.ts";
import { tell } from "./notice.ts";
import { describeMicrophoneError } from "./recording.ts";
import { task } from "./tasks.ts";
import { getHearer } from "./workers.ts";

/** One answer. */
export interface Answer extends AudioPrediction {
  readonly id: number;
  /** What was tried: a file's name, or the microphone. */
  readonly name: string;
}

/** Answers, the newest first. */
export const answers = signal<readonly Answer[]>([]);

/** Whether the microphone is on. */
export const isListening = signal(false);

/** Whether there is sound now. */
export const isHearing = signal(false);

/** Questions that are not answered yet. */
export const pending = signal(0);

const mostAnswers = 50;
/** The pause that ends a sound: shorter than in recording, for an answer at once. */
const pauseSeconds = 0.3;

let microphone: Microphone | undefined;
let count = 0;

/** Turns the microphone on; every sound in it is answered. */
export async function startListening(): Promise<void> {
  if (isListening.value) return;
  isListening.value = true;
  resetLevels();
  const cutter = createTakeCutter(microphoneRate, pauseSeconds);
  try {
    const opened = await openMicrophone((samples) => {
      pushLevel(samples);
      for (const take of cutter.push(samples)) {
        void predict(encodeWav(take, microphoneRate), words.value.try.microphone);
      }
      isHearing.value = cutter.isOpen;
    });
    if (isListening.value) microphone = opened;
    else opened.close();
  } catch (error) {
    isListening.value = false;
    tell({ text: () => describeMicrophoneError(error), isError: true });
  }
}

/** Turns it off. */
export function stopListening(): void {
  microphone?.close();
  microphone = undefined;
  isListening.value = false;
  isHearing.value = false;
}

/** Asks what files hold. */
export async function tryFiles(files: readonly FoundFile[]): Promise<void> {
  for (const file of files.slice(0, mostAnswers))
    await predict(await file.read(), file.path.split("/").at(-1)!);
}

async function predict(bytes: Uint8Array, name: string): Promise<void> {
  const open = task.value;
  if (!open) return;
  pending.value++;
  try {
    const answer = await getHearer().call("predict", { task: open.id, bytes, name });
    if (task.value?.id === open.id) {
      answers.value = [{ ...answer, id: ++count, name }, ...answers.value].slice(0, mostAnswers);
    }
  } catch (error) {
    tell({ text: () => describeError(error), isError: true });
  } finally {
    pending.value--;
  }
}
