/**
 * Notifies other pages of the studio in this browser when a task changes, and calls back when they change
 * one.
 *
 * Not its concern: what was changed; the shelf has it.
 */

const channel = new BroadcastChannel("golem-studio");

let changes = 0;

/** How often this page has announced something: what was read before the last time may be old. */
export const countOwnChanges = (): number => changes;

/** Announces that a task was created, changed, trained or deleted. */
export function announce(task: string): void {
  changes++;
  channel.postMessage(task);
}

/** Calls back with the id of a task that another page changed; close changes are one call. */
export function onAnnounced(read: (task: string) => Promise<void>): void {
  const waiting = new Set<string>();
  let isReading = false;
  channel.onmessage = async ({ data }: MessageEvent<string>) => {
    waiting.add(data);
    if (isReading) return;
    isReading = true;
    try {
      for (const task of waiting) {
        waiting.delete(task);
        await read(task);
      }
    } finally {
      isReading = false;
    }
  };
}
