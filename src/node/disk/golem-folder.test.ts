/** Golem folders on disk: damage, replaced reports, interruptions. */
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { runGolem } from "../../../test/support/command-line.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getToneGolem } from "../../../test/support/served.ts";
import { hashFiles, reportFile } from "../../golem/golem-files.ts";
import { readGolemFolder, replaceGolemReport } from "./golem-folder.ts";

let folder = "";

beforeEach(async () => {
  folder = join(await createScratchFolder(), "golem");
  await cp((await getToneGolem()).golem, folder, { recursive: true });
});

async function flip(name: string): Promise<void> {
  const bytes = await readFile(join(folder, name));
  bytes[bytes.length >> 1]! ^= 4;
  await writeFile(join(folder, name), bytes);
}

const readDocument = async () => JSON.parse(await readFile(join(folder, "golem.json"), "utf8"));

it.each(["head.safetensors", "training.json", reportFile])("finds one flipped bit in %s", async (name) => {
  await readGolemFolder(folder);
  await flip(name);
  await expect(readGolemFolder(folder)).rejects.toMatchObject({
    code: "golem-damaged",
    message: expect.stringContaining(name),
  });
});

it("replaces a damaged report, and stores its hash", async () => {
  await flip(reportFile);
  const { exitCode } = await runGolem(["report", folder, "--no-audio", "--no-curve", "--quiet"]);
  expect(exitCode).toBe(0);
  await readGolemFolder(folder);
  const report = await readFile(join(folder, reportFile));
  expect((await readDocument()).files[reportFile]).toBe(hashFiles({ report }).report);
});

it("may have no report", async () => {
  await rm(join(folder, reportFile));
  await readGolemFolder(folder);
});

it("loads after an interruption at any step of replacing the report", async () => {
  const before = await readFile(join(folder, "golem.json"));
  await replaceGolemReport(folder, "another");
  const after = await readFile(join(folder, "golem.json"));
  const { files, ...document } = JSON.parse(before.toString());
  const unbound = JSON.stringify({ ...document, files: { ...files, [reportFile]: undefined } });
  const old = await readFile(join((await getToneGolem()).golem, reportFile));
  for (const [json, report] of [
    [before, old],
    [unbound, old],
    [unbound, "another"],
    [after, "another"],
  ] as const) {
    await writeFile(join(folder, "golem.json"), json);
    await writeFile(join(folder, reportFile), report);
    await readGolemFolder(folder);
  }
  await writeFile(join(folder, "golem.json"), before);
  await expect(readGolemFolder(folder)).rejects.toMatchObject({ code: "golem-damaged" });
});

it("does not change golem.json of earlier versions, which lists no files", async () => {
  const { files, ...document } = await readDocument();
  expect(Object.keys(files)).toContain(reportFile);
  await writeFile(join(folder, "golem.json"), JSON.stringify(document));
  await replaceGolemReport(folder, "another");
  await readGolemFolder(folder);
  expect(await readDocument()).toEqual(document);
});

it("reads one state of a folder whose report is being replaced", async () => {
  let isDone = false;
  const writing = (async () => {
    for (let i = 0; i < 40; i++) await replaceGolemReport(folder, `report ${i}`.repeat(1000 * (i % 3)));
    isDone = true;
  })();
  while (!isDone) await readGolemFolder(folder);
  await writing;
  expect(await readdir(folder)).not.toContainEqual(expect.stringContaining("staging"));
});
