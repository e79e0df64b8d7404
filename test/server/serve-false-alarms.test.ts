/** `golem serve --false-alarms` over real HTTP: the server's rate, a request's own, and golems without a measurement. */
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createWav } from "../support/audio-files.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { createToneInSilence, getToneGolem, serve } from "../support/served.ts";

const samples = new Float32Array(6 * 16_000);
samples.set(createToneInSilence(2), 1.5 * 16_000);

/** A measurement whose thresholds are 1 at one false alarm per hour, and 0.5 at two. */
const falseAlarms = {
  ...{ soundsPerHour: 240, sounds: { others: 0, pieces: 0, noise: 240 }, heldOut: 0 },
  ...{ centre: [0, 0], spread: [1, 1] },
  steps: [
    { level: 40, perHour: 1, missed: 1 },
    { level: 0, perHour: 2, missed: 0 },
  ],
};

async function copyGolem(change: object): Promise<string> {
  const { golem } = await getToneGolem();
  const folder = join(await createScratchFolder(), "tones");
  await cp(golem, folder, { recursive: true });
  const file = join(folder, "golem.json");
  await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ...change }));
  return folder;
}

it("takes thresholds from the server's rate, unless a request names its own", async () => {
  const golem = await copyGolem({ falseAlarms });
  const served = await serve({ golems: [golem], falseAlarmsPerHour: 1 });
  onTestFinished(() => served.server.close());
  const detect = async (query: string) => {
    const body = createWav([samples], 16_000);
    const path = `/v1/golems/tones/detect${query}`;
    return (await served.fetch(path, { method: "POST", body: new Uint8Array(body) })).text();
  };
  expect(await detect("")).toBe("");
  expect(JSON.parse(await detect("?falseAlarmsPerHour=2"))).toMatchObject({ label: "low" });
  expect(JSON.parse(await detect("?threshold=0.3"))).toMatchObject({ label: "low" });
  expect(await detect("?falseAlarmsPerHour=0.5")).toContain("lowest rate that can be guaranteed");
  expect(served.getLog().map(({ msg }) => msg)).toContainEqual(
    expect.stringMatching(/^At most 1 false alarm per hour was requested; thresholds: /),
  );
});

it("does not start with a golem that has no measurement", async () => {
  const golem = await copyGolem({ falseAlarms: undefined });
  await expect(serve({ golems: [golem], falseAlarmsPerHour: 1 })).rejects.toThrow(/no measurement/);
});
