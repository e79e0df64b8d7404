/**
 * Plays one recording at a time.
 *
 * Not its concern: where recordings are kept.
 */
import { signal } from "@preact/signals";

/** Id of the recording that is playing. */
export const playing = signal<string | undefined>(undefined);

let audio: HTMLAudioElement | undefined;

/** Plays or stops the recording. `getSound` gives its bytes; without any, nothing is played. */
export async function togglePlaying(
  id: string,
  getSound: (id: string) => Promise<Uint8Array | undefined>,
): Promise<void> {
  const isStop = playing.value === id;
  stopPlaying();
  if (isStop) return;
  playing.value = id;
  const bytes = await getSound(id).catch(() => undefined);
  if (playing.value !== id) return;
  if (!bytes) {
    playing.value = undefined;
    return;
  }
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  const own = new Audio(url);
  const end = () => {
    URL.revokeObjectURL(url);
    if (audio === own) stopPlaying();
  };
  audio = own;
  own.onended = end;
  own.onerror = end;
  await own.play().catch(end);
}

/** Stops the recording that is playing. */
export function stopPlaying(): void {
  audio?.pause();
  audio = undefined;
  playing.value = undefined;
}
