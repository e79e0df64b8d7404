/** Every awkward and broken file of the shared recordings, sent to a server. */
import { expect, it, onTestFinished } from "vitest";
import { expectStatuses, listAwkwardFiles } from "../support/recordings/awkward-files.ts";
import { getToneGolem, serve } from "../support/served.ts";
import { sharedData, sharedDataNote } from "../support/shared-data.ts";

it.skipIf(!sharedData)(
  `a server answers every awkward and broken file with the status that Node's error has${sharedDataNote}`,
  async () => {
    const { golem } = await getToneGolem();
    const served = await serve({ golems: [golem] });
    onTestFinished(() => served.server.close());
    const names = listAwkwardFiles();
    expect(names.length).toBeGreaterThan(50);
    await expectStatuses(served, golem, names);
  },
);
