/** The data of demos. The drums are downloaded once per machine, into the cache of the program. */
import { cp, mkdir, stat, writeFile } from "node:fs/promises";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { getDemo } from "./demo-data.ts";
import { drumRecordings } from "./drums-dataset.ts";

function hideNpm(): void {
  vi.stubEnv("PATH", "/nonexistent");
  onTestFinished(() => void vi.unstubAllEnvs());
}

describe("the demo's data", () => {
  it("contains the banking requests, with a held-out example", async () => {
    hideNpm();
    const dataset = await getDemo("banking").load({});
    const count = (split: string) => dataset.recordings.filter((row) => row.split === split).length;
    expect(count("train")).toBe(56);
    expect(count("test")).toBeGreaterThanOrEqual(100);
    expect(await getDemo("banking").getExample(dataset)).toMatchObject({
      path: expect.stringMatching(/test/),
      label: expect.stringMatching(/./),
    });
  });

  it("fetches the drums only once", async () => {
    await getDemo("drums").load({});
    hideNpm();
    const dataset = await getDemo("drums").load({});
    expect(dataset.recordings).toHaveLength(drumRecordings.length);
    for (const [i, recording] of dataset.recordings.entries()) {
      const source = await recording.open();
      expect(source.byteLength).toBe(drumRecordings[i]!.bytes);
      await source.close();
    }
    const { path } = await getDemo("drums").getExample(dataset);
    expect((await stat(path)).isFile()).toBe(true);
  });

  it("states the remedy if the drums are damaged and cannot be fetched", async () => {
    await getDemo("drums").load({});
    hideNpm();
    const cache = getCacheFolder({ GOLEM_HOME: await createScratchFolder() });
    await mkdir(cache.datasets);
    await cp(getCacheFolder().datasets, cache.datasets, { recursive: true });
    const dataset = await getDemo("drums").load({ cache });
    await writeFile((await getDemo("drums").getExample(dataset)).path, "no drum");
    await expect(getDemo("drums").load({ cache })).rejects.toMatchObject({
      code: "fetch-failed",
      message: expect.stringMatching(/drum recordings.*npm/),
      hint: expect.stringContaining("golem demo"),
    });
  });

  it("lists the available demos", () => {
    for (const name of ["guitars", "constructor"]) {
      expect(() => getDemo(name)).toThrow(/expected banking or drums/);
    }
  });
});
