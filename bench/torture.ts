/**
 * Awkward, damaged and hostile bodies for a server that is under load, and whether each got the status it should: the files of ../shared/data/torture (or
 * GOLEM_TEST_DATA) go by what its expected.csv says of them and by what the library itself answers; fuzzed bodies by what a client's mistake may be answered with.
 *
 * Not its concern: how the server is started, how load is made.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { GolemError } from "../src/core/error.ts";
import type { Random } from "../src/core/random.ts";
import type { Golem } from "../src/node/golem.ts";
import { sharedData } from "../test/support/shared-data.ts";

/** One body, and what is expected of the answer. */
export interface HostileBody {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Why the answer is wrong; undefined where it is right. `text` is its body. */
  judge(status: number, text: string): string | undefined;
}

/** How bodies were answered. */
export interface HostileResult {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Those answered wrongly, or not in time, with the reason. */
  readonly wrong: readonly string[];
}

/** An answer that takes longer than this counts as none. */
const hangSeconds = 60;
/** Bodies on their way at a time. */
const concurrency = 4;

/** The torture files; none where there is no such folder. `golem` answers for the library. */
export async function loadTortureBodies(golem: Golem): Promise<HostileBody[]> {
  if (!sharedData) return [];
  const folder = join(sharedData, "torture");
  const rows = parse(readFileSync(join(folder, "expected.csv")), { columns: true }) as {
    file_name: string;
    expect: "valid" | "error" | "warn";
  }[];
  const bodies: HostileBody[] = [];
  for (const { file_name: name, expect } of rows) {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    const own = await golem.predict(join(folder, name)).catch((error: unknown) => error);
    const code = own instanceof GolemError ? own.code : undefined;
    // Valid ones can be decoded; two of them hold nothing that could be heard.
    const mayFail = expect !== "valid" || code === "too-short" || code === "silent";
    bodies.push({
      name,
      type: "application/octet-stream",
      bytes,
      judge(status, text) {
        const answer = JSON.parse(text) as { code?: string; label?: string };
        if (status === 200) {
          if (expect === "error") return "200 for what cannot be decoded";
          return answer.label === (own as { label?: string }).label
            ? undefined
            : "another label than the library's";
        }
        if (!mayFail || status < 400 || status > 499) return `${status} for ${expect}`;
        return answer.code === code
          ? undefined
          : `${answer.code} where the library says ${code ?? "a label"}`;
      },
    });
  }
  return bodies;
}

/** Recordings cut short and changed, most in their headers, under three content types. */
export function createFuzzedBodies(
  recordings: readonly Uint8Array[],
  random: Random,
  count: number,
): HostileBody[] {
  const types = ["audio/wav", "multipart/form-data; boundary=x", "application/octet-stream"];
  return Array.from({ length: count }, (_, i) => {
    const source = recordings[Math.floor(random.uniform() * recordings.length)]!;
    const length = Math.floor(random.uniform() * Math.min(source.length, 8000));
    // A copy: slices of a Buffer are not.
    const bytes = new Uint8Array(source.subarray(0, length));
    for (let i = Math.floor(random.uniform() * 40); i > 0; i--) {
      // Headers are where harm is done.
      bytes[Math.floor(random.uniform() ** 3 * bytes.length)] = Math.floor(random.uniform() * 256);
    }
    const type = types[Math.floor(random.uniform() * types.length)]!;
    const allowed = [200, 400, 413, 415, 422];
    return {
      ...{ name: `fuzzed ${i}`, type, bytes },
      judge: (status: number) => (allowed.includes(status) ? undefined : `${status}`),
    };
  });
}

/** Sends bodies to `url`, a few at a time; resolves when all were answered or given up. */
export async function sendHostile(url: string, bodies: readonly HostileBody[]): Promise<HostileResult> {
  const statuses: Record<string, number> = {};
  const wrong: string[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < bodies.length) {
      const { name, type, bytes, judge } = bodies[next++]!;
      try {
        const answer = await fetch(url, {
          ...{ method: "POST", body: bytes, headers: { "content-type": type } },
          signal: AbortSignal.timeout(1000 * hangSeconds),
        });
        const reason = judge(answer.status, await answer.text());
        statuses[answer.status] = (statuses[answer.status] ?? 0) + 1;
        if (reason !== undefined) wrong.push(`${name}: ${reason}`);
      } catch (error) {
        wrong.push(`${name}: ${error}`);
      }
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return { sent: bodies.length, statuses, wrong };
}
