/**
 * Training as the page sees it: progress, errors, the learning curve, and the comparison of heads.
 *
 * Not its concern: how training works, screens.
 */
import { signal } from "@preact/signals";
import type { LearningCurve } from "../../evaluate/learning-curve.ts";
import { describeTask } from "../data/task.ts";
import type { ComparedHead } from "../workers/learn-worker.ts";
import { embedCopies } from "./copies.ts";
import { embedAll } from "./embedding.ts";
import { tellError } from "./notice.ts";
import { announce } from "./other-pages.ts";
import { learned, mark, task } from "./tasks.ts";
import { createComparer, getEmbedder, getExaminer, getLearner, getShare } from "./workers.ts";

/** Progress of training, 0 to 1; undefined while none is running. */
export const learning = signal<number | undefined>(undefined);

/** Why the last training failed. */
export const learnError = signal<unknown>(undefined);

/** The learning curve, measured after training; null where that is impossible. */
export const curve = signal<{ readonly mark: string; readonly curve: LearningCurve | null } | undefined>(
  undefined,
);

/** Heads compared so far, simplest first. */
export const comparison = signal<
  { readonly mark: string; readonly heads: readonly ComparedHead[]; readonly isDone: boolean } | undefined
>(undefined);

/** Heads of the lesson: one linear layer, then growing hidden layers. */
export const comparedHeads = ["linear", "mlp 4", "mlp 16", "mlp 64", "mlp 256", "mlp 1024"] as const;

/** Time limit of the comparison, in seconds; heads not finished by then are left out. */
export const maximumSeconds = 30;

let giveUp: (() => void) | undefined;

/** Trains on the open task once its recordings, and unless `isAtOnce` all copies, are embedded. */
export async function learn({ isAtOnce = false } = {}): Promise<void> {
  const open = task.value;
  if (!open || learning.value !== undefined) return;
  learning.value = 0;
  learnError.value = undefined;
  try {
    await (isAtOnce ? embedAll() : embedCopies());
    const { augment } = task.value ?? open;
    const asked = { task: open.id, augment, name: describeTask(open, "studio"), mark: mark.value };
    const answer = await getLearner().call("learn", asked, {
      onProgress: (progress) => {
        learning.value = getShare(progress);
      },
    });
    await getEmbedder().call("forget", null);
    announce(open.id);
    if (task.value?.id === open.id) learned.value = answer;
  } catch (error) {
    learnError.value = error;
  } finally {
    learning.value = undefined;
  }
}

/** Measures the learning curve of the trained recordings, once. */
export async function measureCurve(): Promise<void> {
  const open = task.value;
  const asked = learned.value?.mark;
  if (!open || asked === undefined || curve.value?.mark === asked) return;
  curve.value = undefined;
  const found = await getExaminer()
    .call("curve", { task: open.id, augment: open.augment })
    .catch(() => null);
  curve.value = { mark: asked, curve: found };
}

/** Compares heads on the present recordings; `comparison` is updated after each. */
export async function compareHeads(): Promise<void> {
  const open = task.value;
  if (!open || (comparison.value && !comparison.value.isDone)) return;
  const asked = mark.value;
  comparison.value = { mark: asked, heads: [], isDone: false };
  const { comparer, end } = createComparer();
  const isGivenUp = new Promise<undefined>((resolve) => {
    giveUp = () => resolve(undefined);
  });
  const timer = setTimeout(() => giveUp?.(), 1000 * maximumSeconds);
  try {
    for (const name of comparedHeads) {
      const head = await Promise.race([comparer.call("compare", { task: open.id, name }), isGivenUp]);
      if (!head || comparison.value?.mark !== asked) break;
      comparison.value = { ...comparison.value, heads: [...comparison.value.heads, head] };
    }
  } catch (error) {
    tellError(error);
  } finally {
    clearTimeout(timer);
    end();
  }
  if (comparison.value?.mark === asked) comparison.value = { ...comparison.value, isDone: true };
}

/** Stops the comparison; heads measured so far stay. */
export function stopComparing(): void {
  giveUp?.();
}
