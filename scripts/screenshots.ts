/**
 * Pictures of every screen of the built studio, light and dark, wide and on a phone, in every language, to be looked at:
 *
 *     npx tsx scripts/screenshots.ts OUT DATA [ONLY...]
 *
 * DATA: a folder of recordings for each class. ONLY: beginnings of pictures' names; without any, all are made. Needs `npm run build` and
 * a Chromium (CHROME_PATH, else the system's).
 */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatherStudioSite } from "../src/node/export/studio-site.ts";
import { startStudioServer } from "../src/server/studio-server.ts";
import { launchBrowser, listMicrophoneFlags } from "../test/support/browser/browser.ts";
import { pictureFailures } from "./screenshots/failures.ts";
import { folders } from "./screenshots/picture.ts";
import { pictureTask } from "./screenshots/task.ts";

const { out, data } = folders;
const only = process.argv.slice(4);
const classCount = 4;

const folder = await mkdtemp(join(tmpdir(), "golem-screenshots-"));
const microphone = join(folder, "microphone.wav");
await mkdir(out, { recursive: true });
const labels = (await readdir(data, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .filter((name) => !name.startsWith("_"))
  .slice(-classCount);
const server = await startStudioServer(await gatherStudioSite(), 0);
try {
  if (only.length === 0 || only.some((name) => name < "3")) {
    const browser = await launchBrowser(listMicrophoneFlags(microphone));
    await pictureTask(browser, server.url, microphone, labels).finally(() => browser.close());
  }
  if (only.length === 0 || only.some((name) => name >= "3")) {
    const silent = await launchBrowser();
    await pictureFailures(silent, server.url, labels).finally(() => silent.close());
  }
} finally {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}
