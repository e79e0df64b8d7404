/**
 * `golem suggest` on the synthetic recordings that the repository carries: documents, what is never suggested, errors.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runGolem } from "../support/command-line.ts";

const banking = resolve(import.meta.dirname, "../../demo/banking");
const folder = mkdtempSync(join(tmpdir(), "golem-suggest-"));
const golem = join(folder, "golem");
const data = join(folder, "data");
/** Recordings of two of the golem's classes and of one that it does not know, two folders deep. */
const pool = join(folder, "pool");
const labels = ["abroad", "balance", "freeze"];

beforeAll(async () => {
  for (const label of labels) cpSync(join(banking, "train", label), join(data, label), { recursive: true });
  for (const label of ["abroad", "freeze", "joint_account"]) {
    cpSync(join(banking, "test", label), join(pool, "2026", label), { recursive: true });
  }
  const { exitCode } = await runGolem(["train", data, "--out", golem, "--quiet", "--augment", "none"]);
  expect(exitCode).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const suggest = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await runGolem(["suggest", golem, ...args, "--json", "--quiet"]);
  return { exitCode, stderr, document: JSON.parse(stdout) };
};
const getFiles = (document: { suggestions: { file: string }[] }) =>
  document.suggestions.map(({ file }) => file);

describe("golem suggest", () => {
  it("prints the document of the contract: files of a folder of any depth, ranked, with reasons", async () => {
    const { exitCode, document } = await suggest(pool, "--count", "7");
    expect(exitCode).toBe(0);
    expect(document).toMatchObject({ golem, pool: 30, labelled: [], duplicates: [], skipped: [] });
    expect(document.suggestions).toHaveLength(7);
    const files = getFiles(document);
    expect(new Set(files).size).toBe(7);
    const all = readdirSync(pool, { recursive: true, encoding: "utf8" }).map((name) => join(pool, name));
    expect(files.every((file) => all.includes(file))).toBe(true);
    for (const suggestion of document.suggestions) {
      const { label, confidence, runnerUp, unknown, reason } = suggestion;
      expect(labels).toContain(label);
      expect(labels).toContain(runnerUp.label);
      expect(confidence).toBeGreaterThanOrEqual(runnerUp.confidence);
      expect(confidence + runnerUp.confidence).toBeLessThanOrEqual(1 + 1e-6);
      expect(typeof unknown).toBe("boolean");
      expect(reason).toContain(label);
    }
  });

  it("suggests the same for the same seed, and all there is when more is wanted", async () => {
    const first = await suggest(pool, "--count", "5", "--seed", "3");
    const again = await suggest(pool, "--count", "5", "--seed", "3");
    expect(again.document).toEqual(first.document);
    const { document } = await suggest(pool, "--count", "1000");
    expect(new Set(getFiles(document)).size).toBe(30);
  });

  it("never suggests what the golem was trained on, nor the same audio twice; bad files are listed", async () => {
    const mixed = join(folder, "mixed");
    cpSync(join(data, "freeze"), join(mixed, "old"), { recursive: true });
    const [one, two] = readdirSync(join(pool, "2026", "freeze"));
    for (const name of [`a-${one}`, `b-${one}`, `c-${two}`]) {
      cpSync(join(pool, "2026", "freeze", name.slice(2)), join(mixed, name));
    }
    writeFileSync(join(mixed, "broken.wav"), "this is not audio");
    const { exitCode, document } = await suggest(mixed);
    expect(exitCode).toBe(0);
    expect(getFiles(document).sort()).toEqual([join(mixed, `a-${one}`), join(mixed, `c-${two}`)]);
    expect(document).toMatchObject({ pool: 2, duplicates: [join(mixed, `b-${one}`)] });
    expect(document.labelled).toHaveLength(4);
    expect(document.skipped).toMatchObject(
      [{ file: "broken.wav", code: "not-audio" }].map(({ code }) => ({
        code,
        file: join(mixed, "broken.wav"),
      })),
    );
    expect((await suggest(mixed, "--strict")).exitCode).toBe(1);
  });

  it("takes files, lists without labels and several pools together", async () => {
    const [one, two] = readdirSync(join(pool, "2026", "freeze"));
    const list = join(folder, "list.csv");
    writeFileSync(list, `file_name\npool/2026/freeze/${two}\n`);
    const file = join(pool, "2026", "freeze", one!);
    const { document } = await suggest(file, list, file);
    expect(getFiles(document).sort()).toEqual([file, join(pool, "2026", "freeze", two!)].sort());
  });

  it("writes a ranked list with reasons for people", async () => {
    const { exitCode, stdout } = await runGolem(["suggest", golem, pool, "--count", "2"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Label next, of 30 recordings:\n1\. .+\.ogg {2}(undecided between|predicted as) /,
    );
    expect(stdout).toMatch(/\n2\. /);
  });

  it("says what is wrong: nothing there, nothing new, wrong usage", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    expect((await suggest(empty)).document.error).toMatchObject({ code: "no-recordings" });
    expect((await suggest(join(folder, "nowhere"))).document.error).toMatchObject({ code: "data-not-found" });
    const nothing = await suggest(data);
    expect(nothing.exitCode).toBe(1);
    expect(nothing.document.error).toMatchObject({ code: "no-recordings" });
    expect(nothing.document.error.message).toContain("trained on all 12");
    const missing = await suggest(join(folder, "gone.wav"));
    expect(missing.exitCode).toBe(1);
    expect(missing.document.error.code).toBe("no-recordings");
    expect((await suggest(pool, "--count", "0")).exitCode).toBe(2);
    expect((await runGolem(["suggest", golem])).exitCode).toBe(2);
  });
});
