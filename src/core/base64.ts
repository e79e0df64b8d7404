/** Encodes bytes as base64 (RFC 4648, section 4). */

/** Encodes bytes, in pieces short enough for `String.fromCharCode`. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
}
