/**
 * Parses untrusted JSON of bounded length and depth, since later code walks the value by recursion.
 *
 * Not its concern: the contents of the value (`check-schema.ts`), the origin of the text.
 */

/** Maximum nesting of arrays and objects; published files have fewer than ten levels. */
const maximumDepth = 100;
/** Longest text, in UTF-16 units or bytes. */
const maximumLength = 256 << 20;

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses JSON, from text or from UTF-8. Otherwise throws the error that `fail` creates from a description of
 * the fault, a clause such as `it is not JSON`.
 */
export function parseBoundedJson(
  json: string | Uint8Array,
  fail: (found: string, cause?: unknown) => Error,
): unknown {
  if (json.length > maximumLength) throw fail(`it has ${json.length} bytes, more than ${maximumLength}`);
  let text: string;
  try {
    text = typeof json === "string" ? json : utf8.decode(json);
  } catch (cause) {
    throw fail("it is not JSON in UTF-8", cause);
  }
  if (isDeep(text)) throw fail(`it is nested more than ${maximumDepth} deep`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fail("it is not JSON", cause);
  }
}

/** Whether a value is a JSON object: neither null nor an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether brackets outside of strings are open more than `maximumDepth` deep. */
function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) at = findStringEnd(text, at + 1);
    else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > maximumDepth) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth--;
  }
  return false;
}

/** Finds the index of the quote that ends a string; the text's length if there is none. */
function findStringEnd(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) return at;
    if (unit === 0x5c) at++;
  }
  return text.length;
}
