/**
 * Sends awkward, damaged and hostile bodies to a server under load and checks the status of each answer. For
 * the files of ../shared/data/torture (or GOLEM_TEST_DATA), the expected status follows from its expected.csv
 * and the library's own result; for fuzzed bodies, any status for a client's mistake is accepted.
 *
 * Not its concern: how the server is started and loaded.
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
  /** Returns why the answer is wrong; undefined if it is right. `text` is its body. */
  judge(status: number, text: string): string | undefined;
}

/** The results for all bodies. */
export interface HostileResult {
  readonly sent: number;
  readonly statuses: Readonly<Record<string, number>>;
  /** Bodies with a wrong answer, or none in time, with the reason. */
  readonly wrong: readonly string[];
}

/** An answer that takes longer than this counts as none. */
const hangSeconds = 60;
/** Number of bodies sent at a time. */
const concurrency = 4;

/** Loads the torture files; none if there is no such folder. `golem` gives the library's result. */
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
    // Valid files can be decoded; two of them contain no audible sound.
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

/**
 * Creates truncated and changed recordings, mostly with changes in their headers, with three content types.
 */
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
      // Changes in headers do the most harm.
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

/** Sends bodies to `url`, a few at a time; resolves when all were answered or have timed out. */
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
