/** Three classes of the demo's recordings and a golem trained on them, shared by all tests of a run. */
import { cpSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { runGolem } from "./command-line.ts";
import { getSharedFolder } from "./shared-folder.ts";

/** Folder of the demo's recordings. */
export const banking = resolve(import.meta.dirname, "../../demo/banking");

/** Folders of the part; they are for reading. */
export interface BankingPart {
  /** Training recordings: one folder per class, four recordings each. */
  readonly data: string;
  /** Test recordings: one folder per class, ten recordings each. */
  readonly held: string;
  /** A golem trained on `data` without varied copies. */
  readonly golem: string;
}

/** The part, made by the first test that needs it. */
export async function getBankingPart(): Promise<BankingPart> {
  const folder = await getSharedFolder("banking-part", async (place) => {
    for (const label of ["freeze", "balance", "abroad"]) {
      cpSync(join(banking, "train", label), join(place, "data", label), { recursive: true });
      cpSync(join(banking, "test", label), join(place, "held out", label), { recursive: true });
    }
    const out = join(place, "golem");
    const { exitCode, stderr } = await runGolem([
      "train",
      join(place, "data"),
      "--out",
      out,
      "--quiet",
      "--augment",
      "none",
    ]);
    expect(stderr).toBe("");
    expect(exitCode).toBe(0);
  });
  return { data: join(folder, "data"), held: join(folder, "held out"), golem: join(folder, "golem") };
}
