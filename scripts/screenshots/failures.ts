/** Pictures of what the studio shows when something fails: no microphone, unreadable files, storage refused, workers that do not start. */
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Browser } from "playwright-core";
import { choose, folders, isWanted, open, picture, zip } from "./picture.ts";

const { data } = folders;

/** Takes them in a browser without a microphone. `labels`: the classes whose recordings are used. */
export async function pictureFailures(
  browser: Browser,
  url: string,
  labels: readonly string[],
): Promise<void> {
  const page = await open(browser, url);
  await page.getByRole("button", { name: "Your voice commands" }).click();
  await page.waitForSelector(".rec");
  await page.click(".rec");
  await page.waitForTimeout(500);
  await picture(page, "30-no-microphone");
  await choose(page, "Choose files", {
    name: "letter.wav",
    mimeType: "audio/wav",
    buffer: Buffer.from("no sound"),
  });
  await choose(
    page,
    "Choose files",
    join(resolve(data), labels[0]!, (await readdir(join(data, labels[0]!)))[0]!),
  );
  await page.waitForTimeout(3000);
  await picture(page, "31-unreadable");
  await choose(page, "Choose files", {
    name: "letter.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("no sound"),
  });
  await page.waitForTimeout(300);
  await picture(page, "32-no-recordings");
  await page.click(".brand");
  await choose(page, "Open a zip file", zip("golem.zip", { "g/golem.json": new TextEncoder().encode("{}") }));
  await page.waitForTimeout(500);
  await picture(page, "33-broken-golem");
  await choose(page, "Open a zip file", {
    name: "a.zip",
    mimeType: "application/zip",
    buffer: Buffer.from("PK no zip"),
  });
  await page.waitForTimeout(500);
  await picture(page, "34-broken-zip");
  await page.goto(`${url}#/task/nobody/record`);
  await page.waitForTimeout(500);
  await picture(page, "35-missing-task");
  await page.context().close();
  const refused = await open(browser, url, (blank) =>
    blank.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("refused", "SecurityError");
      };
    }),
  );
  await refused.waitForTimeout(500);
  await picture(refused, "36-storage-refused");
  await refused.context().close();
  const files: Record<string, Uint8Array> = {};
  for (const label of labels.slice(0, 2)) {
    for (const name of (await readdir(join(data, label))).slice(0, 3)) {
      files[`set/${label}/${name}`] = await readFile(join(data, label, name));
    }
  }
  for (const [name, pattern] of [
    ["37-networks-missing", /\/weights\//],
    ["38-no-learner", /learn-worker/],
    ["39-no-embedder", /embed-worker/],
  ] as const) {
    if (!isWanted(name)) continue;
    const broken = await open(browser, url, (blank) => blank.route(pattern, (route) => route.abort()));
    await choose(broken, "Open a zip file", zip("set.zip", files));
    await broken.waitForTimeout(2500);
    const learn = broken.locator(".foot button.primary");
    if (name.startsWith("38")) {
      await learn.click({ timeout: 60_000 }).catch(() => process.stderr.write("it cannot learn\n"));
      await broken.waitForTimeout(1000);
    }
    await picture(broken, name);
    await broken.context().close();
  }
}
