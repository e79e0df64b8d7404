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
  const noSound = (name: string, text = "no sound") => ({
    name,
    mimeType: "application/octet-stream",
    buffer: Buffer.from(text),
  });
  const pictureOf = async (button: string, file: Parameters<typeof choose>[2], name: string) => {
    await choose(page, button, file);
    await page.waitForTimeout(500);
    await picture(page, name);
  };
  await choose(page, "Choose files", noSound("letter.wav"));
  const folder = join(resolve(data), labels[0]!);
  await choose(page, "Choose files", join(folder, (await readdir(folder))[0]!));
  await page.waitForTimeout(3000);
  await picture(page, "31-unreadable");
  await pictureOf("Choose files", noSound("letter.txt"), "32-no-recordings");
  await page.click(".brand");
  const golem = zip("golem.zip", { "g/golem.json": new TextEncoder().encode("{}") });
  await pictureOf("Open a zip file", golem, "33-broken-golem");
  await pictureOf("Open a zip file", noSound("a.zip", "PK no zip"), "34-broken-zip");
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
