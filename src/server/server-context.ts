/** Types of the data that belong to a request in the server. */
import type { HttpBindings } from "@hono/node-server";

/** Type parameters of Hono's context. */
export interface ServerContext {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    /** Name of the client, see `getClientName`. */
    client: string;
    /** Calls `listener` if the client disconnects before it has its answer. */
    onLeave(listener: () => void): void;
    /** Adds facts to this request's line in the log: sizes and ids, nothing from recordings. */
    note(facts: Readonly<Record<string, number | string>>): void;
  };
}
