/**
 * A real Chromium for tests: CHROME_PATH, else the system's, else the one of the npm package @sparticuz/chromium (Linux on x64), so that
 * `npm ci` is enough. Tests that need one skip themselves where none starts, and say why in their names.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { onTestFinished } from "vitest";

const require = createRequire(import.meta.url);

const candidates = [
  process.env.CHROME_PATH,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Run in a process of its own, because the package unpacks into the temporary folder of its process. */
const unpackScript = "require(process.argv[1]).executablePath()";

/** Path of the package's program. Test files run side by side: each unpacks aside, the first to finish puts its folder in place. */
async function unpackChromium(): Promise<string> {
  const folder = join(tmpdir(), `golem-test-chromium-143-${process.getuid?.()}`);
  if (!existsSync(folder)) {
    const aside = await mkdtemp(`${folder}-`);
    try {
      const packed = require.resolve("@sparticuz/chromium");
      execFileSync(process.execPath, ["-e", unpackScript, packed], {
        env: { ...process.env, TMPDIR: aside },
        stdio: "pipe",
      });
      await rename(aside, folder).catch((error) => {
        if (!existsSync(folder)) throw error;
      });
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  }
  return join(folder, "chromium");
}

/** The program, or why there is none. */
async function findBrowser(): Promise<{ readonly path?: string; readonly reason?: string }> {
  const path = candidates.find((candidate) => candidate && existsSync(candidate));
  if (path) return { path };
  if (process.platform !== "linux" || process.arch !== "x64") return {};
  try {
    const unpacked = await unpackChromium();
    execFileSync(unpacked, ["--version"], { stdio: "pipe", timeout: 30_000 });
    return { path: unpacked };
  } catch (error) {
    const lines = String((error as { stderr?: unknown }).stderr || error)
      .trim()
      .split("\n");
    const line = lines.find((text) => /error/i.test(text)) ?? lines.at(-1);
    return { reason: `@sparticuz/chromium does not start: ${line}` };
  }
}

const found = await findBrowser();

/** The program, or undefined where there is none. */
export const browserPath: string | undefined = found.path;

/** Appended to the names of tests that need {@link browserPath}. */
export const browserNote = browserPath
  ? ""
  : ` (skipped: no Chromium; install one or set CHROME_PATH${found.reason ? `; ${found.reason}` : ""})`;

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--no-first-run",
  "--disable-sync",
  "--disable-component-update",
  "--autoplay-policy=no-user-gesture-required",
];

/** Flags that stop the browser's own requests. */
export function listBrowserFlags(): readonly string[] {
  return flags;
}

/** Starts the browser, which the caller closes; the flags stop its own requests. `more`: further flags. */
export function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: browserPath!, headless: true, args: [...flags, ...more] });
}

let shared: Promise<Browser> | undefined;

/** The browser that all tests of this process share, started when one needs it; each opens contexts of its own. It ends with the process. */
export function getBrowser(): Promise<Browser> {
  shared ??= launchBrowser();
  return shared;
}

/** Flags for a microphone that plays a WAV file, again and again; the file may be replaced before the microphone is turned on. */
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
  // Embedding and training take long on a busy machine.
  context.setDefaultTimeout(120_000);
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
