/**
 * What travels with each request through the server.
 *
 * Not its concern: what requests are about.
 */
import type { HttpBindings } from "@hono/node-server";

/** Types of Hono's context here. */
export interface ServerContext {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    /** Who asks, see `getClientName`. */
    client: string;
    /** Calls back if the client goes away before it has its answer. */
    onLeave(listener: () => void): void;
    /** Adds facts to the line about this request in the log: sizes and ids, nothing out of recordings. */
    note(facts: Readonly<Record<string, number | string>>): void;
  };
}
