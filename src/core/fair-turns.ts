/**
 * Shares one thread's time between clients: of those that wait, the one that has used the least goes first.
 *
 * Start-time fair queuing (Goyal, Vin, Cheng 1996), with time in place of packets: a new client starts
 * with the minimum that any present client has used, so neither waiting nor absence gains credit.
 * Not its concern: the clients, the work.
 */

/** The clock and the event loop. */
export interface FairTurnsOptions {
  /** In milliseconds. */
  getTime(): number;
  /** Yields to other events. */
  takeTurn(): Promise<unknown>;
  /** Called with the milliseconds for which work has held the thread since the last call. */
  onUsed?(milliseconds: number): void;
}

/** One piece of work that holds the thread. */
export interface Turn {
  /** Yields to waiting clients that have used less; resolves when this one continues. */
  pass(): Promise<void>;
  /** Releases the thread while something else is awaited. */
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

/** Creates turns; initially the thread is free. */
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
    // The next one holds the thread.
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
