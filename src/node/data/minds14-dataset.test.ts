/** The demo on MInDS-14: from a server with the Hub's protocol, and without a server. */
import { expect, it, onTestFinished, vi } from "vitest";
import { intents, writeMindsParquet } from "../../../test/support/recordings/minds-parquet.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { startHubServer } from "../../../test/support/servers/hub-server.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { getDemo } from "./demo-data.ts";

async function useEndpoint(endpoint: string): Promise<{ cache: ReturnType<typeof getCacheFolder> }> {
  vi.stubEnv("HF_ENDPOINT", endpoint);
  vi.stubEnv("HF_HOME", await createScratchFolder());
  onTestFinished(() => void vi.unstubAllEnvs());
  return { cache: getCacheFolder({ GOLEM_HOME: await createScratchFolder() }) };
}

it("uses 50 recordings for training and others for testing, with every class in both", async () => {
  const server = await startHubServer();
  const path = "en-US/train-00000-of-00001.parquet";
  const card = {
    configs: [{ config_name: "en-US", data_files: [{ split: "train", path: "en-US/train-*" }] }],
  };
  // The first recording of intent 13 is late, as in an unsorted list.
  const file = writeMindsParquet({
    rows: 220,
    rowsPerGroup: 50,
    seconds: 0.05,
    intent: (row) => (row < 60 ? row % 13 : row % 14),
  });
  server.put({ id: "PolyAI/minds14", type: "dataset", files: { [path]: file, "README.md": "" }, card });
  const { endpoint } = await server.createSettings();
  const dataset = await getDemo("minds14").load(await useEndpoint(endpoint));

  const getPart = (part: string) => dataset.recordings.filter(({ split }) => split === part);
  expect([getPart("train").length, getPart("test").length]).toEqual([50, 150]);
  for (const part of ["train", "test"]) {
    expect([...new Set(getPart(part).map(({ label }) => label))].sort()).toEqual(intents);
  }
  const example = await getDemo("minds14").getExample(dataset);
  expect(example).toMatchObject({ label: "freeze", path: expect.stringMatching(/\.wav$/) });
});

it("falls back to the banking requests with a warning if the Hub cannot be reached", async () => {
  const dataset = await getDemo("minds14").load(await useEndpoint("http://127.0.0.1:49151"));
  const banking = await getDemo("banking").load({});
  expect(dataset.recordings.map(({ file }) => file)).toEqual(banking.recordings.map(({ file }) => file));
  expect(dataset.warnings).toHaveLength(banking.warnings.length + 1);
  expect(dataset.warnings.at(-1)).toMatchObject({
    code: "fetch-failed",
    message: expect.stringMatching(/MInDS-14 is not available.*golem demo banking/),
  });
  await expect(getDemo("minds14").getExample(dataset)).resolves.toMatchObject({ label: "freeze" });
});

it("does not hide other errors behind the fallback", async () => {
  const server = await startHubServer();
  const { endpoint } = await server.createSettings();
  await expect(getDemo("minds14").load(await useEndpoint(endpoint))).rejects.toMatchObject({
    code: "hub-not-found",
  });
});
