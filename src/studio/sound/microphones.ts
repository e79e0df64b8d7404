/**
 * The microphones of this machine, and the chosen one, remembered for the next visit.
 *
 * Not its concern: how one is opened.
 */
import { signal } from "@preact/signals";
import { keepChoice, readChoice } from "../data/choice.ts";

/** A microphone to choose. */
interface MicrophoneName {
  readonly id: string;
  readonly name: string;
}

/** Known microphones; browsers tell their names only after one was allowed. */
export const microphones = signal<readonly MicrophoneName[]>([]);

/** Id of the chosen one; undefined: the browser's own choice. */
export const chosenMicrophone = signal<string | undefined>(readChoice("microphone"));

/** Chooses a microphone; an empty id leaves the choice to the browser. */
export function chooseMicrophone(id: string): void {
  chosenMicrophone.value = id || undefined;
  keepChoice("microphone", id);
}

/** Reads the list again. */
export async function listMicrophones(): Promise<void> {
  const devices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  microphones.value = devices
    .filter(({ kind, deviceId, label }) => kind === "audioinput" && deviceId !== "" && label !== "")
    .map(({ deviceId, label }) => ({ id: deviceId, name: label }));
}
