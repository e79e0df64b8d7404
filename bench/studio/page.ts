/** Drives and reads the studio's page for `bench/studio.ts`: opens zip files, waits for embeddings, takes what the page noted. */
import type { Page } from "playwright-core";

/** What disturbed the page: layout shift; longest task and longest gap between frames, in milliseconds. */
export interface Disturbances {
  readonly shift: number;
  readonly longest: number;
  readonly gap: number;
}

/** Opens a zip of recordings as a new task. */
export async function openZip(page: Page, path: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Open a zip file" }).click(),
  ]);
  await chooser.setFiles(path);
}

/** Resolves when all are embedded; with one class, the bar says that it needs two. */
export const waitEmbedded = (page: Page) =>
  page.waitForFunction(
    () =>
      /recordings? (is|are) processed|needs two/.test(
        document.querySelector(".foot [role=status]")?.textContent ?? "",
      ),
    undefined,
    { timeout: 300_000, polling: 20 },
  );

/** Layout shift, longest task and longest gap between frames (ms) since the last call. */
export const takeDisturbances = (page: Page): Promise<Disturbances> =>
  page.evaluate(() => {
    const { shift, longest, gap } = window.watched;
    window.watched.shift = 0;
    window.watched.longest = 0;
    window.watched.gap = 0;
    return { shift, longest, gap };
  });

/** The progress of embedding that the bar at the foot showed, and when. */
export const takeProgress = (page: Page) =>
  page.evaluate(() => {
    const told = window.watched.told.flatMap(({ at, text }) => {
      const some = /Processing recordings: (\d+) of (\d+)/.exec(text);
      const every = /All (\d+) recordings are processed/.exec(text);
      if (some) return [{ at, done: Number(some[1]), all: Number(some[2]) }];
      return every ? [{ at, done: Number(every[1]), all: Number(every[1]) }] : [];
    });
    window.watched.told = [];
    return told;
  });

/** Lists the milliseconds from each embedded recording to the next. */
export function listSteps(told: Awaited<ReturnType<typeof takeProgress>>): number[] {
  const steps: number[] = [];
  for (const [i, now] of told.entries()) {
    const before = told[i - 1];
    if (before && now.done > before.done && before.done > 0) {
      steps.push((now.at - before.at) / (now.done - before.done));
    }
  }
  return steps;
}

/** Mean seconds of the recordings in the shelf. */
export const getMeanSeconds = (page: Page) =>
  page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((done) => {
      const request = indexedDB.open("golem-studio");
      request.onsuccess = () => done(request.result);
    });
    const kept = await new Promise<{ seconds: number }[]>((done) => {
      const request = database.transaction("recordings").objectStore("recordings").getAll();
      request.onsuccess = () => done(request.result);
    });
    database.close();
    return kept.reduce((sum, { seconds }) => sum + seconds, 0) / kept.length;
  });
