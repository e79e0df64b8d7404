/**
 * A real Chromium for tests: CHROME_PATH, else the system's. Tests that need one skip themselves where there is none, and say why in
 * their names.
 */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

const candidates = [
  process.env.CHROME_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The program, or undefined where there is none. */
export const browserPath: string | undefined = candidates.find((path) => path && existsSync(path));

/** Appended to the names of tests that need {@link browserPath}. */
export const browserNote = browserPath ? "" : " (skipped: no Chromium; install one or set CHROME_PATH)";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--no-first-run",
  "--disable-sync",
  "--disable-component-update",
  "--autoplay-policy=no-user-gesture-required",
];

/** Starts the browser, which the caller closes; the flags keep it from asking anybody for anything by itself. `more`: further flags. */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath!, headless: true, args: [...flags, ...more] });
}

/** Flags for a microphone that hears a WAV file, again and again; the file may be replaced before the microphone is turned on. */
export function listMicrophoneFlags(file: string): string[] {
  return [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    `--use-file-for-fake-audio-capture=${file}`,
  ];
}

/** A page that goes away with the test, with what went wrong on it and what it asked the network for. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings on the console, exceptions, violations of the page's policy. */
  readonly complaints: string[];
  /** Addresses asked for, other than those that hold their data themselves. */
  readonly requests: string[];
}

/** Opens an empty page in a context of its own. */
export async function openWatchedPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  onTestFinished(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url())) requests.push(request.url());
  });
  return { page, complaints, requests };
}
