/**
 * Rejects requests by their Host and Origin headers, so that a web page cannot reach a server on the machine
 * of its visitor, neither directly nor by a name that resolves to that machine (DNS rebinding).
 *
 * After rebinding, Host is the page's own name, so only names from the options are accepted; an address
 * cannot be rebound. Whenever a page sends data or opens a WebSocket, Origin is that of the page.
 */
import { isIP } from "node:net";
import { GolemError } from "../core/error.ts";

/** Names and origins that are accepted besides addresses and localhost. */
interface GuardOptions {
  /** Names of this server; ports in them are ignored. */
  readonly hosts: readonly string[];
  /** Origins of pages that may use the server, such as "https://example.org". */
  readonly origins: readonly string[];
}

/** Throws `forbidden` if a request with these headers is rejected. */
export type RequestGuard = (host: string | undefined, origin: string | undefined) => void;

/** The form in which browsers send Origin. */
const originPattern = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#*]+$/i;

/** Creates the guard; throws `invalid-option` for an origin in a form that browsers do not send. */
export function createRequestGuard({ hosts, origins }: GuardOptions): RequestGuard {
  const wrong = origins.find((origin) => !originPattern.test(origin));
  if (wrong !== undefined) {
    throw new GolemError(
      "invalid-option",
      `${wrong} is not an origin; expected one such as https://example.org.`,
      {
        hint: "Name each origin in full, without a path or a slash at its end; there is no wildcard.",
      },
    );
  }
  const names = new Set(["localhost", ...hosts.map((host) => parseHostName(host) ?? host.toLowerCase())]);
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()));
  return (host, origin) => {
    const name = host === undefined ? undefined : parseHostName(host);
    if (name === undefined || !(isIP(name) > 0 || names.has(name))) {
      throw new GolemError("forbidden", "The Host header names a host other than this server.", {
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

/** Gets the host without its port: "[::1]:80" is "::1". Undefined if it is not a host. */
function parseHostName(host: string): string | undefined {
  const [, six, name] = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(host) ?? [];
  return (six ?? name)?.toLowerCase();
}
