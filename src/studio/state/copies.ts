/**
 * Embeds the varied copies that the next training will use: in the background, as soon as the recordings are
 * embedded, so that training need not wait for them.
 *
 * Not its concern: how recordings are varied, which copies are of use (workflow/train.ts).
 */
import { effect, signal } from "@preact/signals";
import type { WantedCopy } from "../workers/studio-environment.ts";
import { embedAll } from "./embedding.ts";
import { isAllEmbedded, isStale, isTrainable, learned, mark, recordings, task } from "./tasks.ts";
import { isListening } from "./trying.ts";
import { getLearner, loadError, loadProgress, shareOut } from "./workers.ts";

/** Copies that are made and copies in all, and the seconds that are left; undefined while none are made. */
export const copying = signal<
  { readonly done: number; readonly all: number; readonly secondsLeft: number | undefined } | undefined
>(undefined);

let run: Promise<void> | undefined;
/** Copies that could not be embedded; training does without them. */
const failed = new Set<string>();
const nameCopy = ({ hash, variation }: WantedCopy) => `${hash} ${variation.kind} ${variation.turn}`;

/** Embeds what is missing. Resolves when nothing is, or another task is open; never rejects. */
export function embedCopies(): Promise<void> {
  run ??= embedMissing()
    .catch(() => {})
    .finally(() => {
      run = undefined;
      copying.value = undefined;
    });
  return run;
}

async function embedMissing(): Promise<void> {
  const open = task.value;
  await embedAll();
  for (;;) {
    if (!open || task.value?.id !== open.id || !isTrainable.value || !isAllEmbedded.value) return;
    // Training does without copies where the networks cannot be loaded.
    if (loadError.value !== undefined) return;
    const asked = mark.value;
    const { augment } = task.value;
    const missing = (await getLearner().call("listMissingCopies", { task: open.id, augment })).filter(
      (copy) => !failed.has(nameCopy(copy)),
    );
    if (missing.length === 0 && mark.value === asked) return;
    await embedAllOf(missing, () => mark.value === asked);
  }
}

/** Embeds copies until none is left, or until `isWanted` is false: the recordings have changed. */
async function embedAllOf(missing: readonly WantedCopy[], isWanted: () => boolean): Promise<void> {
  const byHash = new Map(recordings.value.map((recording) => [recording.hash, recording]));
  const started = performance.now();
  let done = 0;
  copying.value = { done, all: missing.length, secondsLeft: undefined };
  await shareOut(missing, async (worker, copy) => {
    const owner = byHash.get(copy.hash);
    if (!owner || !isWanted()) return;
    await untilQuiet();
    await worker.call("embedCopy", { ...copy, id: owner.id, name: owner.file }).catch(() => {
      if (loadError.value === undefined) failed.add(nameCopy(copy));
    });
    done++;
    const secondsLeft = ((performance.now() - started) / 1000 / done) * (missing.length - done);
    copying.value = { done, all: missing.length, secondsLeft };
  });
}

/** Waits while sound from the microphone is classified, which keeps the worker busy. */
function untilQuiet(): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      if (isListening.value) return;
      // The effect may run before it has a name.
      queueMicrotask(() => stop());
      resolve();
    });
  });
}

effect(() => {
  const isTrained = learned.value !== null && !isStale.value;
  const isReady = task.value && loadProgress.value === 1 && isTrainable.value && isAllEmbedded.value;
  if (mark.value && isReady && !isTrained) void embedCopies();
});
