/**
 * Who may talk to the server: decided by the Host and Origin headers, so that no web page can reach a server on the machine of whoever
 * reads it, neither directly nor by a name that leads here (DNS rebinding).
 *
 * A page's own name is in Host after rebinding, so a name is taken only where it was asked for; an address cannot be rebound. A page is
 * in Origin whenever it sends anything or opens a WebSocket.
 * Not its concern: routes.
 */
import { isIP } from "node:net";
import { GolemError } from "../core/error.ts";

/** What is let in beside addresses and localhost. */
export interface GuardOptions {
  /** Names this server goes by; a port is not looked at. */
  readonly hosts: readonly string[];
  /** Origins of pages that may use it, such as "https://example.org". */
  readonly origins: readonly string[];
}

/** Throws `forbidden` for a request by these headers. */
export type RequestGuard = (host: string | undefined, origin: string | undefined) => void;

/** What browsers send as Origin. */
const originPattern = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#*]+$/i;

/** Creates the guard; throws `invalid-option` for an origin that no browser would send. */
export function createRequestGuard({ hosts, origins }: GuardOptions): RequestGuard {
  const wrong = origins.find((origin) => !originPattern.test(origin));
  if (wrong !== undefined) {
    throw new GolemError(
      "invalid-option",
      `${wrong} is no origin; expected one such as https://example.org.`,
      {
        hint: "Name each origin in full, without a path or a slash at its end; there is no sign for all.",
      },
    );
  }
  const names = new Set(["localhost", ...hosts.map((host) => parseHostName(host) ?? host.toLowerCase())]);
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()));
  return (host, origin) => {
    const name = host === undefined ? undefined : parseHostName(host);
    if (name === undefined || !(isIP(name) > 0 || names.has(name))) {
      throw new GolemError("forbidden", "The Host header names a host that this server does not go by.", {
        hint: "Use the server's address, or start it with --allow-host NAME.",
      });
    }
    if (origin === undefined || allowed.has(origin.toLowerCase())) return;
    if (origin.toLowerCase() === `http://${host?.toLowerCase()}`) return;
    throw new GolemError("forbidden", "A page of another origin may not use this server.", {
      hint: "If it should, start the server with --cors ORIGIN.",
    });
  };
}

/** "[::1]:80" and "::1" are "::1"; undefined for what is no host with an optional port. */
function parseHostName(host: string): string | undefined {
  const [, six, name] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (six ?? name)?.toLowerCase();
}
