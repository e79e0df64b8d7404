/** Training on shards gives the same golem and scores as training on the folder. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createTone, createWav } from "../../../test/support/audio-files.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getData, getRun, runJson } from "../../../test/support/shards/tone-run.ts";

describe("shards", () => {
  it("give the same golem as the folder, byte for byte, with copies", async () => {
    const out = await createScratchFolder();
    const data = await getData();
    const run = await getRun();
    const train = async (from: string, name: string, ...args: string[]) => {
      const { document } = await runJson("train", from, "--out", join(out, name), ...args);
      expect(document.evaluation?.skipped).toHaveLength(3);
      return readFile(join(out, name, "head.safetensors"));
    };
    expect((await train(run, "a")).equals(await train(data, "b"))).toBe(true);
    const logistic = await train(run, "c", "--head", "logistic");
    expect(logistic.equals(await train(data, "d", "--head", "logistic"))).toBe(true);
    const evaluated = await runJson("evaluate", join(out, "c"), run);
    expect(evaluated.document.error.code).toBe("no-recordings");
    const doctor = await runJson("doctor", run);
    const own = await runJson("doctor", data);
    expect(doctor.document).toEqual(own.document);
    const predicted = await runJson("suggest", join(out, "c"), run);
    expect(predicted.document.error.message).toContain("trained on all 12");
  });

  it("with 16 bits are half as large and give nearly the same golem", async () => {
    const data = await getData();
    const run = await createScratchFolder();
    await runJson("plan", data, "--out", run, "--shard-size", "8", "--encoder", "moonshine-tiny", "--fp16");
    // With moonshine-tiny alone there are no transcripts.
    expect((await runJson("embed", "--run", run)).document.errors).toBe(3);
    const out = await createScratchFolder();
    const half = await runJson("train", run, "--out", join(out, "half"), "--augment", "none");
    const whole = await runJson(
      "train",
      data,
      "--out",
      join(out, "whole"),
      "--encoder",
      "moonshine-tiny",
      "--augment",
      "none",
    );
    expect(half.document.views).toHaveLength(whole.document.views.length);
    expect(half.document.evaluation.balancedAccuracy).toBeCloseTo(
      whole.document.evaluation.balancedAccuracy,
      1,
    );
  });

  it("give the same score of a golem on held-out recordings as the folder", async () => {
    const [data, run, out] = [
      await createScratchFolder(),
      await createScratchFolder(),
      await createScratchFolder(),
    ];
    for (let n = 0; n < 4; n++) {
      const label = join(data, n % 2 ? "high" : "low");
      await mkdir(label, { recursive: true });
      const tone = createTone(16_000, 0.4, 1, (n % 2 ? 2100 : 150) + 7 * n);
      await writeFile(join(label, `${n}.wav`), createWav(tone, 16_000));
    }
    const encoder = ["--encoder", "google-speech-embedding"];
    await runJson("train", await getData(), "--out", join(out, "golem"), ...encoder, "--augment", "none");
    await runJson("plan", data, "--out", run, "--shard-size", "3", ...encoder);
    await runJson("embed", "--run", run);
    const scored = await runJson("evaluate", join(out, "golem"), run);
    expect(scored.document.recordings).toBe(4);
    expect(scored.document).toEqual((await runJson("evaluate", join(out, "golem"), data)).document);
    await rm(join(run, "shards", (await readdir(join(run, "shards")))[0]!));
    const partly = await runJson("evaluate", join(out, "golem"), run, "--strict");
    expect(partly.exitCode).toBe(1);
    expect(partly.document.recordings).toBeLessThan(4);
    expect(partly.document.skipped[0].message).toContain("1 of 2 shards");
  });
});
