/**
 * Lets events into a worker while it computes, such as the message that aborts it.
 *
 * Not its concern: what is computed.
 */
import { createPacedTurn } from "../core/turn-taking.ts";

/** Longest time without a turn, in milliseconds. */
const turnMilliseconds = 20;

/** Waits for one turn of the event loop. A message to oneself is not delayed as timers are. */
export async function takeTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(undefined);
  });
  port1.close();
}

/** Takes a turn where there has been none for 20 ms. */
export const letEventsIn = createPacedTurn(takeTurn, turnMilliseconds, () => performance.now());
