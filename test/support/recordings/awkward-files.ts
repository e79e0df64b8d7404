/** Awkward and broken files of the shared recordings, sent to a server: it answers with the status that Node's error has. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { expect } from "vitest";
import { GolemError } from "../../../src/core/error.ts";
import { loadGolem } from "../../../src/node/golem.ts";
import { statusOfCode } from "../../../src/server/problem.ts";
import { createForm, type Served } from "../served.ts";
import { sharedData } from "../shared-data.ts";

const getFolder = () => join(sharedData!, "torture");

/** Names of the files. */
export function listAwkwardFiles(): string[] {
  const rows = parse(readFileSync(join(getFolder(), "expected.csv")), { columns: true }) as {
    file_name: string;
  }[];
  expect(rows.length).toBeGreaterThan(50);
  return rows.map(({ file_name }) => file_name);
}

/** Sends files in forms and as they are to a server of the golem in a folder, whose name is `tones`. */
export async function expectStatuses(
  served: Served,
  folder: string,
  names: readonly string[],
): Promise<void> {
  const golem = await loadGolem(folder);
  const url = "/v1/golems/tones/predict";
  const found: Record<string, number> = {};
  const expected: Record<string, number> = {};
  for (const name of names) {
    const file = join(getFolder(), name);
    const own = await golem.predict(file).catch((error: unknown) => error);
    expected[name] = own instanceof GolemError ? statusOfCode[own.code] : 200;
    const bytes = new Uint8Array(readFileSync(file));
    const form = createForm({ [name]: bytes });
    const answers = await (await served.fetch(url, { method: "POST", body: form })).json();
    const [answer] = answers as [{ error?: object }];
    if (own instanceof GolemError) expect(answer.error, name).toMatchObject({ code: own.code });
    else expect(answer, name).toMatchObject({ ...(own as object), file: name });
    const headers = { "content-type": "audio/wav" };
    found[name] = (await served.fetch(url, { method: "POST", body: bytes, headers })).status;
  }
  expect(found).toEqual(expected);
  await golem.dispose();
}
