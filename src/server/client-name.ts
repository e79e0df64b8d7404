/**
 * Identifies clients for their shares of the queue: by key, else by address.
 *
 * Not its concern: what a share is.
 */
import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";

/** Groups of an IPv6 address that belong to one network (RFC 6177: a site is given a /64 or more). */
const networkGroups = 4;

/** A name for the client that does not reveal its key. Addresses of one IPv6 network are one client. */
export function getClientName(key: string | undefined, address: string | undefined): string {
  if (key !== undefined) return `key ${createHash("sha256").update(key).digest("base64url")}`;
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address ?? "") ?? [];
  if (mapped !== undefined) return mapped;
  if (address === undefined || !isIPv6(address)) return address ?? "";
  const [head = "", tail] = address.split("%")[0]!.split("::");
  const first = head.split(":").filter(Boolean);
  const last = tail === undefined ? [] : tail.split(":").filter(Boolean);
  const zeros = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...new Array<string>(zeros).fill("0"), ...last].slice(0, networkGroups).join(":");
}
