/**
 * Recording with the microphone: counts in, cuts takes at the pauses, saves each as it ends, and stops when
 * there are enough.
 *
 * Not its concern: how it is shown.
 */

import { signal } from "@preact/signals";
import { joinFloats } from "../../core/join-arrays.ts";
import type { KeptRecording } from "../data/task.ts";
import { type Microphone, microphoneRate, openMicrophone } from "../sound/microphone.ts";
import { stopPlaying } from "../sound/player.ts";
import { createTakeCutter } from "../sound/take-cutter.ts";
import { describeError } from "../words/failures.ts";
import { words } from "../words/language.ts";
import { keepTake } from "./keep.ts";
import { pushLevel, resetLevels } from "./levels.ts";
import { tellError } from "./notice.ts";
import { counts } from "./tasks.ts";
import { unsavedCount } from "./unsaved.ts";

/** One recording session. */
export interface Session {
  readonly label: string;
  /** Recordings of the class at which the session stops. */
  readonly goal: number;
  /** Whether takes are cut at the pauses; otherwise there is one take, from start to stop. */
  readonly isCut: boolean;
  /** The recording that the take replaces. */
  readonly replaced?: KeptRecording | undefined;
}

/** The running session. */
export const session = signal<Session | undefined>(undefined);

/** Whether the count-in is over. */
export const isLive = signal(false);

/** Whether there is sound now. */
export const isSounding = signal(false);

/** Why the microphone could not be opened. */
export const microphoneError = signal<unknown>(undefined);

/** Class that was completed last; the next one is then offered. */
export const completed = signal<string | undefined>(undefined);

const countInSeconds = 0.7;

let stopSession: (() => Promise<void>) | undefined;

/** Starts a session, after stopping a running one. */
export async function startRecording(wanted: Session): Promise<void> {
  await stopRecording();
  stopPlaying();
  resetLevels();
  microphoneError.value = undefined;
  completed.value = undefined;
  isLive.value = false;
  session.value = wanted;
  const cutter = createTakeCutter(microphoneRate);
  const pieces: Float32Array[] = [];
  let recorded = 0;
  let keeping: Promise<unknown> = Promise.resolve();
  /** Takes still wanted; sound after the last one is ignored. */
  let wantedTakes = wanted.replaced ? 1 : Math.max(1, wanted.goal - (counts.value.get(wanted.label) ?? 0));
  const keep = (samples: Float32Array) => {
    if (wantedTakes === 0) return;
    wantedTakes--;
    keeping = keeping
      .then(() => keepTake(wanted.label, samples, microphoneRate, wanted.replaced))
      .catch(tellError);
    if (wantedTakes > 0) return;
    void keeping.then(async () => {
      if (session.value !== wanted) return;
      await stopRecording();
      if (!wanted.replaced && unsavedCount.value === 0) completed.value = wanted.label;
    });
  };
  const onSamples = (samples: Float32Array) => {
    if (session.value !== wanted) return;
    recorded += samples.length / microphoneRate;
    isLive.value = recorded >= countInSeconds;
    const takes = cutter.push(samples);
    pushLevel(samples, wanted.isCut ? cutter.isOpen : undefined);
    isSounding.value = cutter.isOpen;
    if (!isLive.value) return;
    if (wanted.isCut) for (const take of takes) keep(take);
    else pieces.push(samples);
  };
  let microphone: Microphone | undefined;
  try {
    microphone = await openMicrophone(onSamples);
  } catch (error) {
    session.value = undefined;
    microphoneError.value = error;
    return;
  }
  if (session.value !== wanted) {
    microphone.close();
    return;
  }
  stopSession = async () => {
    stopSession = undefined;
    microphone.close();
    session.value = undefined;
    isSounding.value = false;
    const rest = wanted.isCut ? cutter.finish() : joinFloats(pieces);
    if (rest && rest.length > 0) keep(rest);
    await keeping;
  };
}

/** Stops the running session; an unfinished take is saved. */
export async function stopRecording(): Promise<void> {
  const stop = stopSession;
  session.value = undefined;
  await stop?.();
}

/** Why a microphone could not be opened, in words. */
export function describeMicrophoneError(error: unknown): string {
  const { micDenied, micMissing, micFailed } = words.value.record;
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return micDenied;
  if (name === "NotFoundError" || name === "OverconstrainedError") return micMissing;
  return micFailed(describeError(error));
}
