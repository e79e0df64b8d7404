/**
 * Tries a golem on files and on the microphone, by the detector of `golem listen`.
 *
 * Not its concern: how it is shown, how anything is detected.
 */
import { signal } from "@preact/signals";
import { GolemError } from "../../core/error.ts";
import { unknownLabels } from "../../embed/embedded-recording.ts";
import type { AudioPrediction } from "../../golem/predict-embedded.ts";
import type { LiveMessage } from "../../web/live-detection.ts";
import type { FoundFile } from "../data/found-files.ts";
import { type KeptRecording, shortName } from "../data/task.ts";
import { type Microphone, microphoneRate, openMicrophone } from "../sound/microphone.ts";
import { describeError } from "../words/failures.ts";
import { pushLevel, resetLevels } from "./levels.ts";
import { tell, tellError } from "./notice.ts";
import { describeMicrophoneError } from "./recording.ts";
import { getShelf, task } from "./tasks.ts";
import { getEmbedder } from "./workers.ts";

/** The classification of one sound. */
export interface Answer {
  readonly id: number;
  /** A file's name; undefined for the microphone. */
  readonly name?: string | undefined;
  /** For the microphone: from when to when, in seconds since it was turned on. */
  readonly span?: readonly [from: number, to: number] | undefined;
  /** Undefined where no class is certain; `unknown` is set where the sound is unlike all of them. */
  readonly label: string | undefined;
  readonly confidence: number;
  readonly unknown: boolean;
  readonly transcript?: string | undefined;
  /** Of a recording of the task: its class. */
  readonly truth?: string | undefined;
}

/**
 * Share of each class, 0 to 1; `unknown`, the share of none of them, is given for the microphone. A file is
 * known or unknown as a whole (`isUnknown`): for a file unlike all classes, shares would be misleading.
 */
interface Shares {
  readonly scores: Readonly<Record<string, number>>;
  readonly unknown?: number;
  readonly isUnknown?: boolean;
}

/** Answers, newest first. */
export const answers = signal<readonly Answer[]>([]);

/** Shares of the latest window of the microphone, or of the latest file. */
export const shares = signal<Shares | undefined>(undefined);

/** Whether the microphone is on. */
export const isListening = signal(false);

/** Files not classified yet. */
export const pending = signal(0);

const maximumAnswers = 50;
/** Share of unknown from which on a stretch is unlike all classes, rather than between two of them. */
const mostlyUnknown = 0.5;

let stop: (() => void) | undefined;
let count = 0;

/** Turns the microphone on; events are added to `answers` as soon as they are certain. */
export async function startListening(): Promise<void> {
  const open = task.value;
  if (!open || isListening.value) return;
  isListening.value = true;
  shares.value = undefined;
  resetLevels();
  const sound = new MessageChannel();
  const told = new MessageChannel();
  told.port1.onmessage = ({ data }: MessageEvent<LiveMessage>) => {
    if (task.value?.id === open.id) takeLive(data);
  };
  lastUnnamed = undefined;
  let microphone: Microphone | undefined;
  let isStopped = false;
  const end = () => {
    if (isStopped) return;
    isStopped = true;
    microphone?.close();
    // Anything but samples ends the stream, after the pending events.
    sound.port1.postMessage(null);
    isListening.value = false;
    stop = undefined;
  };
  stop = end;
  try {
    microphone = await openMicrophone((samples) => {
      pushLevel(samples);
      sound.port1.postMessage(samples);
    });
  } catch (error) {
    end();
    tell({ text: () => describeMicrophoneError(error), isError: true });
    return;
  }
  if (isStopped) {
    microphone.close();
    return;
  }
  const { threshold } = open;
  const settings = threshold === undefined ? undefined : { threshold };
  const ports = { samples: sound.port2, told: told.port2 };
  const asked = { task: open.id, sampleRate: microphoneRate, settings, ...ports };
  getEmbedder()
    .call("listen", asked, { transfer: [sound.port2, told.port2] })
    .catch(tellError)
    .finally(() => {
      end();
      told.port1.close();
    });
}

/** Start of the latest stretch that was reported as unknown. */
let lastUnnamed: number | undefined;

function takeLive(message: LiveMessage): void {
  if ("warning" in message) {
    const { code, message: text, hint } = message.warning;
    tell({ text: () => describeError(new GolemError(code as GolemError["code"], text, { hint })) });
    return;
  }
  const { events, state } = message;
  for (const { start, end, label, confidence } of events) {
    add({ span: [start, end], label, confidence, unknown: false });
  }
  const { unnamed } = state;
  if (unnamed && unnamed.start !== lastUnnamed) {
    lastUnnamed = unnamed.start;
    const { start, end, unknown } = unnamed;
    add({ span: [start, end], label: undefined, confidence: unknown, unknown: unknown >= mostlyUnknown });
  }
  if (state.heard > 0) shares.value = { scores: state.scores, unknown: state.unknown };
}

function add(answer: Omit<Answer, "id">): void {
  answers.value = [{ ...answer, id: ++count }, ...answers.value].slice(0, maximumAnswers);
}

/** Turns the microphone off. */
export function stopListening(): void {
  stop?.();
}

/** Clears all answers. */
export function forgetAnswers(): void {
  answers.value = [];
  shares.value = undefined;
}

/** Classifies files. */
export async function tryFiles(files: readonly FoundFile[]): Promise<void> {
  for (const file of files.slice(0, maximumAnswers))
    await predict(await file.read(), file.path.split("/").at(-1)!);
}

/** Classifies a recording of the task. */
export async function tryRecording(recording: KeptRecording): Promise<void> {
  const bytes = await (await getShelf()).getSound(recording.id);
  if (bytes) await predict(bytes, shortName(recording), recording);
}

async function predict(bytes: Uint8Array, name: string, recording?: KeptRecording): Promise<void> {
  const open = task.value;
  if (!open) return;
  pending.value++;
  try {
    const answer = await getEmbedder().call("predict", { task: open.id, bytes, name, hash: recording?.hash });
    if (task.value?.id !== open.id) return;
    const { label, confidence, unknown, transcript, scores } = answer satisfies AudioPrediction;
    const isSure = unknown || confidence >= (task.value.threshold ?? 0);
    add({
      name,
      label: isSure ? label : undefined,
      confidence,
      unknown,
      transcript,
      truth: recording?.label,
    });
    const isUnlikeAll = unknown && !unknownLabels.includes(label);
    shares.value = isUnlikeAll ? { scores: {}, isUnknown: true } : { scores };
  } catch (error) {
    tellError(error);
  } finally {
    pending.value--;
  }
}
