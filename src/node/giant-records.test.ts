/** Records of giants in the cache folder: listed, verified, removed. */
import { appendFile, cp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createScratchFolder } from "../../test/scratch-folder.ts";
import { getCacheFolder } from "./cache-folder.ts";
import { listGiants, removeGiants, verifyGiant } from "./giant-records.ts";
import { prepareEncoder } from "./load-encoder.ts";
import { resolveEncoder } from "./resolve-encoder.ts";

const fixture = fileURLToPath(new URL("../../test/fixtures/giants/wav2vec2", import.meta.url));

it("lists giants by what they are, verifies their files, removes their graphs only", async () => {
  const scratch = await createScratchFolder();
  const model = join(scratch, "model");
  await cp(fixture, model, { recursive: true });
  const cache = getCacheFolder({ GOLEM_HOME: join(scratch, "cache") });
  expect(await listGiants(undefined, cache)).toEqual([]);
  for (const choice of [{}, { precision: "fp32" }, { layer: 1 }, {}]) {
    await prepareEncoder(await resolveEncoder(model, { cache, ...choice }), { cache });
  }
  const records = await listGiants(model, cache);
  expect(records.map(({ info }) => `${info.precision} ${info.layers}`)).toEqual([
    "fp32 4",
    "int8 2",
    "int8 4",
  ]);
  expect(records[0]!.bytes).toBeGreaterThan(records[2]!.bytes);
  expect(await listGiants("someone/else", cache)).toEqual([]);
  const [first, second] = records as [(typeof records)[0], (typeof records)[0]];
  expect((await verifyGiant(first)).state).toBe("present");

  await appendFile(second.graph, "x");
  expect((await verifyGiant(second)).state).toBe("damaged");
  await writeFile(`${records[2]!.graph}.json`, "not JSON");
  expect(await listGiants(undefined, cache)).toHaveLength(2);
  await appendFile(join(model, "config.json"), " ");
  const { files } = await verifyGiant(first);
  expect(files).toContainEqual({ name: "config.json", state: "damaged" });
  await rm(join(model, "model.safetensors"));
  expect((await verifyGiant(first)).files).toContainEqual({ name: "model.safetensors", state: "missing" });

  expect(await removeGiants([first])).toBe(first.bytes);
  expect(await listGiants(undefined, cache)).toHaveLength(1);
  expect(await readdir(model)).toContain("config.json");
});
