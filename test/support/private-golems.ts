/** Golems of recordings whose names are to stay at home, for tests of exports. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect } from "vitest";
import { runGolem } from "./command-line.ts";
import { getSharedFolder } from "./shared-folder.ts";

const demo = resolve(import.meta.dirname, "../../demo/banking");
/** Labels of the golems. */
export const labels = ["abroad", "address", "app_error", "atm_limit", "balance"];
const speakers = ["Ada Quux", "Bob Quux", "Cid Quux", "Dee Quux"];

/** Folders, for reading, and recordings that are not among the training ones. */
export interface PrivateGolems {
  readonly data: string;
  /** A golem that uses words. */
  readonly golem: string;
  /** One that does not. */
  readonly wordless: string;
  readonly clips: readonly string[];
}

/** The golems, trained by the first test that needs them. */
export async function getPrivateGolems(): Promise<PrivateGolems> {
  const folder = await getSharedFolder("private-golems", async (place) => {
    const data = join(place, "secret-place");
    mkdirSync(data);
    const rows = ["file_name,label,speaker"];
    for (const label of labels) {
      for (const [i, name] of readdirSync(join(demo, "train", label)).entries()) {
        cpSync(join(demo, "train", label, name), join(data, `private-${label}-${i}.ogg`));
        rows.push(`private-${label}-${i}.ogg,${label},${speakers[i]}`);
      }
    }
    writeFileSync(join(data, "metadata.csv"), rows.join("\n"));
    const train = ["train", data, "--augment", "none", "--out"];
    expect((await runGolem([...train, join(place, "golem")])).exitCode).toBe(0);
    expect((await runGolem([...train, join(place, "wordless"), "--no-transcript"])).exitCode).toBe(0);
  });
  const clips = labels.flatMap((label) =>
    readdirSync(join(demo, "test", label)).map((name) => join(demo, "test", label, name)),
  );
  return {
    data: join(folder, "secret-place"),
    golem: join(folder, "golem"),
    wordless: join(folder, "wordless"),
    clips: clips.filter((_, i) => i % 2 === 0).slice(0, 8),
  };
}

/** Scores [clips, labels] that a golem's folder gives. */
export async function predictClips(from: string, clips: readonly string[]): Promise<number[]> {
  const { stdout, exitCode } = await runGolem(["predict", from, ...clips, "--json"]);
  expect(exitCode).toBe(0);
  return stdout
    .trim()
    .split("\n")
    .flatMap((line) => labels.map((label) => JSON.parse(line).scores[label]));
}

/** Runs `golem export`, and reads what it prints. */
export async function exportTo(out: string, ...rest: string[]) {
  const { stdout, stderr, exitCode } = await runGolem(["export", ...rest, "--out", out, "--json"]);
  return { exitCode, stderr, document: JSON.parse(stdout) };
}

/** No name of a recording, a speaker or a place is in what was written. */
export function expectNothingPrivate(out: string): void {
  const files = readdirSync(out, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const bytes = readFileSync(join(file.parentPath, file.name)).toString("latin1");
    for (const secret of ["secret-place", "private-", "Quux", "golem-run-", demo]) {
      expect(bytes.includes(secret), `${file.name} holds ${secret}`).toBe(false);
    }
  }
}

/** Below it, a recording is unknown to the golem. */
export function readThreshold(from: string): number {
  return JSON.parse(readFileSync(join(from, "golem.json"), "utf8")).familiarity.threshold;
}
