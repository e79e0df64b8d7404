/** Turns of the event loop during computations, so that a worker handles events such as `aborted`. */
import { createPacedTurn } from "../core/turn-taking.ts";

/** Maximum time between two turns of the event loop, in milliseconds. */
const turnMilliseconds = 20;

/** Waits for one turn of the event loop. A message to itself is not delayed, as timers are. */
export async function takeTurn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(undefined);
  });
  port1.close();
}

/** Takes a turn if there has been none for 20 ms. */
export const letEventsIn = createPacedTurn(takeTurn, turnMilliseconds, () => performance.now());
