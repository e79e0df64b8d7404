/**
 * Lets a worker's events in while it computes: without it, a chain of promises that never waits keeps out the message that would stop it.
 *
 * Not its concern: what is computed.
 */

/** Longest time without looking at events, in milliseconds. */
const patienceMilliseconds = 20;

let last = 0;

/** Waits for one turn of the event loop where there has been none for 20 ms; a message to oneself is not held up as timers are. */
export async function letEventsIn(): Promise<void> {
  if (performance.now() - last < patienceMilliseconds) return;
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(undefined);
  });
  port1.close();
  last = performance.now();
}
