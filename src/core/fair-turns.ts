/**
 * One thread's time, given to clients in turn: of those that wait, the one that has used the least goes first.
 *
 * Start-time fair queuing (Goyal, Vin, Cheng 1996), with time in place of packets: a client that comes starts
 * with the least that any present client has used, so neither waiting nor staying away gains credit.
 * Not its concern: what clients are, what the work is.
 */

/** The clock and the event loop. */
export interface FairTurnsOptions {
  /** In milliseconds. */
  getTime(): number;
  /** Lets other events in. */
  takeTurn(): Promise<unknown>;
  /** Called with the milliseconds for which work has held the thread since the last call. */
  onUsed?(milliseconds: number): void;
}

/** One piece of work that holds the thread. */
export interface Turn {
  /** Lets those go first that wait and have used less; resolves when this one goes on. */
  pass(): Promise<void>;
  /** Leaves the thread to others while something else is awaited. */
  wait<T>(other: () => Promise<T>): Promise<T>;
  /** Milliseconds for which it has held the thread. */
  getUsed(): number;
}

/** Work by turns. */
export interface FairTurns {
  /** Runs `work` as soon as it is its client's turn; only one piece of work holds the thread at a time. */
  hold<T>(client: string, work: (turn: Turn) => Promise<T>): Promise<T>;
}

interface Client {
  used: number;
  /** Pieces of work that hold, wait, or are away. */
  present: number;
}

/** Creates turns that none holds. */
export function createFairTurns({ getTime, takeTurn, onUsed }: FairTurnsOptions): FairTurns {
  const clients = new Map<string, Client>();
  const waiting: { readonly client: Client; resolve(): void }[] = [];
  let isHeld = false;

  const acquire = async (client: Client): Promise<void> => {
    if (!isHeld) {
      isHeld = true;
      return;
    }
    await new Promise<void>((resolve) => waiting.push({ client, resolve }));
  };
  const release = (): void => {
    let next = 0;
    for (const [i, { client }] of waiting.entries()) if (client.used < waiting[next]!.client.used) next = i;
    const [first] = waiting.splice(next, 1);
    // Held on, by the next one.
    if (first) first.resolve();
    else isHeld = false;
  };
  const enter = (name: string): Client => {
    let client = clients.get(name);
    if (!client) {
      const least = Math.min(...[...clients.values()].map(({ used }) => used));
      client = { used: Number.isFinite(least) ? least : 0, present: 0 };
      clients.set(name, client);
    }
    client.present++;
    return client;
  };

  return {
    async hold(name, work) {
      const client = enter(name);
      let own = 0;
      let since = 0;
      let away = 0;
      const count = (): void => {
        const now = getTime();
        own += now - since;
        client.used += now - since;
        onUsed?.(now - since);
        since = now;
      };
      const go = async (): Promise<void> => {
        await acquire(client);
        since = getTime();
      };
      const leave = (): void => {
        count();
        release();
      };
      await go();
      try {
        return await work({
          async pass() {
            await takeTurn();
            if (away > 0) return;
            count();
            if (!waiting.some((other) => other.client.used < client.used)) return;
            release();
            await go();
          },
          async wait(other) {
            if (away++ === 0) leave();
            try {
              return await other();
            } finally {
              if (--away === 0) await go();
            }
          },
          getUsed() {
            if (away === 0) count();
            return own;
          },
        });
      } finally {
        if (away === 0) leave();
        if (--client.present === 0) clients.delete(name);
      }
    },
  };
}
