/** Lists, verifies and removes records of pretrained models in the cache folder. */
import { appendFile, cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getCacheFolder } from "../disk/cache-folder.ts";
import { prepareEncoder } from "./load-encoder.ts";
import { listPretrained, removePretrained, verifyPretrained } from "./pretrained-records.ts";
import { resolveEncoder } from "./resolve-encoder.ts";

const fixture = fileURLToPath(new URL("../../../test/fixtures/pretrained/wav2vec2", import.meta.url));

it("lists pretrained models, verifies their files, and removes only their graphs", async () => {
  const scratch = await createScratchFolder();
  const model = join(scratch, "model");
  await cp(fixture, model, { recursive: true });
  const cache = getCacheFolder({ GOLEM_HOME: join(scratch, "cache") });
  expect(await listPretrained(undefined, cache)).toEqual([]);
  for (const choice of [{}, { precision: "fp32" }, { layer: 1 }, {}]) {
    await prepareEncoder(await resolveEncoder(model, { cache, ...choice }), { cache });
  }
  const records = await listPretrained(model, cache);
  expect(records.map(({ info }) => `${info.precision} ${info.layers}`)).toEqual([
    "fp32 4",
    "int8 2",
    "int8 4",
  ]);
  expect(records[0]!.bytes).toBeGreaterThan(records[2]!.bytes);
  expect(await listPretrained("someone/else", cache)).toEqual([]);
  const [first, second] = records as [(typeof records)[0], (typeof records)[0]];
  expect((await verifyPretrained(first)).state).toBe("present");

  const whole = await readFile(second.graph);
  const flipped = Uint8Array.from(whole, (byte, i) => (i === whole.length >> 1 ? byte ^ 1 : byte));
  for (const damage of [flipped, whole.subarray(0, 1000), new Uint8Array(whole.length), new Uint8Array()]) {
    await writeFile(second.graph, damage);
    expect((await verifyPretrained(second)).state).toBe("damaged");
    const warnings: string[] = [];
    const onWarning = ({ message }: { message: string }) => warnings.push(message);
    const options = { cache, onWarning };
    await prepareEncoder(await resolveEncoder(model, { ...options, layer: 1 }), options);
    expect(warnings).toEqual([expect.stringContaining("built again")]);
    expect((await verifyPretrained(second)).state).toBe("present");
    expect(await readFile(second.graph)).toEqual(whole);
  }
  await rm(`${second.graph}.sha256`);
  expect((await verifyPretrained(second)).state).toBe("damaged");
  await writeFile(`${records[2]!.graph}.json`, "not JSON");
  expect(await listPretrained(undefined, cache)).toHaveLength(2);
  await appendFile(join(model, "config.json"), " ");
  const { files } = await verifyPretrained(first);
  expect(files).toContainEqual({ name: "config.json", state: "damaged" });
  await rm(join(model, "model.safetensors"));
  expect((await verifyPretrained(first)).files).toContainEqual({
    name: "model.safetensors",
    state: "missing",
  });

  expect(await removePretrained([first])).toBe(first.bytes);
  expect(await listPretrained(undefined, cache)).toHaveLength(1);
  expect(await readdir(model)).toContain("config.json");
});
