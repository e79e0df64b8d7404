/**
 * Mutations of bytes, as data: the same seed and number give the same input on every machine, and a report
 * can list exactly what made an input fail.
 *
 * Not its concern: what the bytes mean, who parses them.
 *
 * Kinds: those of AFL's deterministic and havoc stages (M. Zalewski, "Technical whitepaper for afl-fuzz").
 */
import type { Random } from "../src/core/random.ts";

/** One change; offsets beyond the end are taken modulo the length. */
export type Mutation =
  | { readonly kind: "flip"; readonly at: number; readonly bit: number }
  | { readonly kind: "truncate"; readonly length: number }
  | { readonly kind: "zero"; readonly at: number; readonly length: number }
  | { readonly kind: "duplicate"; readonly at: number; readonly length: number }
  | { readonly kind: "remove"; readonly at: number; readonly length: number }
  | {
      readonly kind: "integer";
      readonly at: number;
      readonly width: 1 | 2 | 4 | 8;
      readonly value: string;
      readonly littleEndian: boolean;
    }
  | {
      readonly kind: "splice";
      readonly at: number;
      readonly source: string;
      readonly from: number;
      readonly length: number;
    }
  /** The first number, string or word of JSON behind `at` becomes another one. */
  | { readonly kind: "token"; readonly at: number; readonly value: string };

/** A mutated input: the name of the valid one, and the changes in their order. */
export interface InputPlan {
  readonly base: string;
  readonly mutations: readonly Mutation[];
}

/** Valid inputs by name. */
export type Corpus = ReadonlyMap<string, Uint8Array>;

/** JSON values that parsers are prone to get wrong. */
const tokens = [
  ...[
    "null",
    "true",
    "0",
    "-1",
    "-0",
    "1.5",
    "2",
    "1000000001",
    "9007199254740993",
    "1e308",
    "1e999",
    "-1e999",
  ],
  ...[
    '""',
    '"__proto__"',
    '"\\u0000"',
    '"\\ud800"',
    '"../../x"',
    '"class 0"',
    "[]",
    "{}",
    "[[[[]]]]",
    '{"a":0}',
  ],
  ...[`"${"x".repeat(5000)}"`, `[${"0,".repeat(999)}0]`, "[".repeat(3000), "NaN", ","],
];
const tokenPattern = /-?\d[\d.eE+-]*|"[^"]*"|true|false|null/y;

const widths = [1, 2, 4, 8] as const;
const maximumMutations = 4;
/** One in so many inputs of a rare base is made. */
const rareShare = 8;

/** Plans one input: an entry of the corpus, less often one of `rare`, and one to four changes. */
export function planInput(corpus: Corpus, random: Random, rare?: ReadonlySet<string>): InputPlan {
  const names = [...corpus.keys()];
  const pick = <T>(items: readonly T[]): T => items[random.integer(items.length)]!;
  let base = pick(names);
  while (rare?.has(base) && random.integer(rareShare) > 0) base = pick(names);
  const size = Math.max(1, corpus.get(base)!.length);
  // Half of all places are in the first 128 bytes, where headers are.
  const place = () => random.integer(random.uniform() < 0.5 ? Math.min(size, 128) : size);
  const length = () => 1 + random.integer(random.uniform() < 0.7 ? 16 : Math.max(16, size >> 1));
  const isText = isJson(corpus.get(base)!);
  const plan = (): Mutation => {
    if (isText && random.uniform() < 0.75)
      return { kind: "token", at: random.integer(size), value: pick(tokens) };
    const choice = random.uniform();
    if (choice < 0.35) return { kind: "flip", at: place(), bit: random.integer(8) };
    if (choice < 0.6) {
      const width = pick(widths);
      return {
        kind: "integer",
        at: place(),
        width,
        value: pickEdge(width, random),
        littleEndian: random.uniform() < 0.6,
      };
    }
    if (choice < 0.68) return { kind: "truncate", length: random.integer(size) };
    if (choice < 0.76) return { kind: "zero", at: place(), length: length() };
    if (choice < 0.84) return { kind: "duplicate", at: place(), length: length() };
    if (choice < 0.9) return { kind: "remove", at: place(), length: length() };
    const source = pick(names);
    const from = random.integer(Math.max(1, corpus.get(source)!.length));
    return { kind: "splice", at: place(), source, from, length: length() };
  };
  const count = 1 + random.integer(maximumMutations);
  return { base, mutations: Array.from({ length: count }, plan) };
}

const isJson = (bytes: Uint8Array): boolean => bytes[0] === 0x7b;

/** An integer at an edge of its range: 0, 1, powers of two and their neighbours, largest values. */
function pickEdge(width: number, random: Random): string {
  const bits = 8 * width;
  const power = 1n << BigInt(random.integer(bits + 1));
  const value = power + BigInt(random.integer(3) - 1);
  return BigInt.asUintN(bits, value).toString();
}

/** Carries out a plan. */
export function createInput(corpus: Corpus, { base, mutations }: InputPlan): Uint8Array {
  return mutations.reduce((bytes, mutation) => mutate(bytes, mutation, corpus), corpus.get(base)!);
}

function mutate(bytes: Uint8Array, mutation: Mutation, corpus: Corpus): Uint8Array {
  if (bytes.length === 0) return bytes;
  if (mutation.kind === "truncate") return bytes.slice(0, mutation.length);
  const at = mutation.at % bytes.length;
  switch (mutation.kind) {
    case "flip": {
      const changed = bytes.slice();
      changed[at]! ^= 1 << mutation.bit;
      return changed;
    }
    case "zero":
      return bytes.slice().fill(0, at, at + mutation.length);
    case "duplicate":
      return join(bytes.subarray(0, at + mutation.length), bytes.subarray(at));
    case "remove":
      return join(bytes.subarray(0, at), bytes.subarray(at + mutation.length));
    case "integer":
      return writeInteger(bytes.slice(), at, mutation);
    case "splice": {
      const { source, from, length } = mutation;
      const piece = corpus.get(source)!.subarray(from, from + length);
      return join(bytes.subarray(0, at), piece, bytes.subarray(at + piece.length));
    }
    case "token":
      return replaceToken(bytes, at, mutation.value);
    default:
      return mutation satisfies never;
  }
}

function replaceToken(bytes: Uint8Array, at: number, value: string): Uint8Array {
  const text = Buffer.from(bytes).toString("latin1");
  for (let i = at; i < text.length; i++) {
    tokenPattern.lastIndex = i;
    const found = tokenPattern.exec(text)?.[0];
    if (found)
      return new Uint8Array(Buffer.from(text.slice(0, i) + value + text.slice(i + found.length), "latin1"));
  }
  return bytes;
}

function writeInteger(
  bytes: Uint8Array,
  at: number,
  { width, value, littleEndian }: Extract<Mutation, { kind: "integer" }>,
): Uint8Array {
  for (let i = 0; i < width && at + i < bytes.length; i++) {
    const shift = BigInt(8 * (littleEndian ? i : width - 1 - i));
    bytes[at + i] = Number((BigInt(value) >> shift) & 255n);
  }
  return bytes;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Leaves out changes, one after the other, while the input still fails. */
export async function minimise(
  plan: InputPlan,
  fails: (plan: InputPlan) => Promise<boolean>,
): Promise<InputPlan> {
  let smallest = plan;
  for (const mutation of plan.mutations) {
    const without = { ...smallest, mutations: smallest.mutations.filter((each) => each !== mutation) };
    if (without.mutations.length > 0 && (await fails(without))) smallest = without;
  }
  return smallest;
}
