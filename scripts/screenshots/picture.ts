/**
 * What the pictures of `scripts/screenshots.ts` share: the arguments, one picture in every language, theme and size, and the steps of a
 * page.
 */
import { join } from "node:path";
import { zipSync } from "fflate";
import type { Browser, Page } from "playwright-core";

const [out, data, ...only] = process.argv.slice(2);
if (!out || !data) throw new Error("Usage: npx tsx scripts/screenshots.ts OUT DATA [ONLY...]");

/** Where pictures are written; a folder of recordings for each class. */
export const folders = { out, data };

const sizes = {
  wide: { width: 1280, height: 860 },
  phone: { width: 390, height: 844 },
  small: { width: 320, height: 640 },
} as const;
/** Whether a picture is to be made. */
export const isWanted = (name: string): boolean =>
  only.length === 0 || only.some((start) => name.startsWith(start));

/** One picture for each language, theme and size; `before` makes each of them ready where what is shown does not last. */
export async function picture(page: Page, name: string, before?: () => Promise<void>): Promise<void> {
  if (!isWanted(name)) return;
  const others = await page
    .locator(".pills [lang]")
    .evaluateAll((buttons) => buttons.map((button) => button.getAttribute("lang")!));
  const languages = [...others, (await page.locator("html").getAttribute("lang"))!];
  for (const language of languages) {
    if ((await page.locator("html").getAttribute("lang")) !== language) {
      await page.evaluate(
        (code) => document.querySelector<HTMLElement>(`.pills [lang=${code}]`)!.click(),
        language,
      );
    }
    for (const theme of ["light", "dark"]) {
      if ((await page.locator("html").getAttribute("data-theme")) !== theme) {
        await page.evaluate(() => document.querySelector<HTMLElement>(".pills .pill:last-child")!.click());
      }
      for (const [size, viewport] of Object.entries(sizes)) {
        await page.setViewportSize(viewport);
        await before?.();
        await page.waitForTimeout(150);
        await page.screenshot({
          path: join(out!, `${name}-${language}-${theme}-${size}.png`),
          fullPage: true,
        });
      }
    }
  }
  await page.setViewportSize(sizes.wide);
  await page.evaluate(() => document.querySelector<HTMLElement>(".pills [lang=en]")?.click());
  process.stderr.write(`${name}\n`);
}

/** Chooses files behind a button. */
export async function choose(
  page: Page,
  button: string | RegExp,
  files: Parameters<Page["setInputFiles"]>[1],
): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: button }).click(),
  ]);
  await chooser.setFiles(files);
}

/** A zip file to choose. */
export const zip = (name: string, files: Record<string, Uint8Array>) => ({
  name,
  mimeType: "application/zip",
  buffer: Buffer.from(zipSync(files, { level: 0 })),
});

/** Goes to a step of the task. */
export const goTo = async (page: Page, step: string) => {
  await page.click(`.steps a[href$="/${step}"]`);
  await page.waitForSelector("h1");
};

/** Opens the studio, wide and in English, after `prepare`. */
export async function open(
  browser: Browser,
  url: string,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Page> {
  const context = await browser.newContext({ viewport: sizes.wide, locale: "en" });
  const page = await context.newPage();
  page.on("pageerror", ({ message }) => process.stderr.write(`exception: ${message}\n`));
  await prepare?.(page);
  await page.goto(url);
  await page.waitForSelector("h1");
  return page;
}
