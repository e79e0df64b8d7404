/**
 * Debian's Firefox by WebDriver BiDi (W3C), which it speaks itself; playwright-core drives only builds of its own.
 *
 * Not its concern: what is on the pages.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";

/** Where Firefox is; undefined: not installed. */
export const firefoxPath: string | undefined = [
  process.env.GOLEM_FIREFOX,
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
].find((path) => path !== undefined && existsSync(path));

/** For names of tests: why they are skipped. */
export const firefoxNote: string = firefoxPath ? "" : " (skipped: no Firefox)";

/** One page in Firefox. */
export interface FirefoxPage {
  open(url: string): Promise<void>;
  /** Sets the size of what is shown, in px. */
  resize(width: number, height: number): Promise<void>;
  /** Value of an expression in the page, as a string. */
  evaluate(expression: string): Promise<string>;
  /** Waits until an expression is true in the page. */
  waitFor(expression: string, milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** The socket that Firefox names on its error output once it listens. */
function readAddress(firefox: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    firefox.stderr!.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(text) ?? [];
      if (address) resolve(address);
    });
    firefox.once("exit", () => reject(new Error(`Firefox ended: ${text}`)));
  });
}

type Call = (method: string, params: object) => Promise<Record<string, never>>;

/** Commands over a socket, each resolved by its own answer. */
function createCalls(socket: WebSocket): Call {
  const waiting = new Map<number, (answer: { result?: Record<string, never>; message?: string }) => void>();
  socket.on("message", (text) => {
    const answer = JSON.parse(String(text));
    waiting.get(answer.id)?.(answer);
  });
  let last = 0;
  return (method, params) =>
    new Promise((resolve, reject) => {
      const id = ++last;
      waiting.set(id, ({ result, message }) => {
        waiting.delete(id);
        if (result) resolve(result);
        else reject(new Error(message));
      });
      socket.send(JSON.stringify({ id, method, params }));
    });
}

/** Opens a page in a Firefox without a window, with a profile of its own. */
export async function openFirefox(): Promise<FirefoxPage> {
  const profile = await mkdtemp(join(tmpdir(), "golem-firefox-"));
  const flags = ["--headless", "--no-remote", "--remote-debugging-port", "0", "--profile", profile];
  const firefox = spawn(firefoxPath!, [...flags, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
  const socket = new WebSocket(`${await readAddress(firefox)}/session`);
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const call = createCalls(socket);
  await call("session.new", { capabilities: {} });
  const { context } = await call("browsingContext.create", { type: "tab" });
  const evaluate = async (expression: string): Promise<string> => {
    const { result, exceptionDetails } = (await call("script.evaluate", {
      expression: `String(${expression})`,
      target: { context },
      awaitPromise: true,
    })) as { result?: { value: string }; exceptionDetails?: { text: string } };
    if (!result) throw new Error(exceptionDetails?.text);
    return result.value;
  };
  return {
    evaluate,
    async open(url) {
      await call("browsingContext.navigate", { context, url, wait: "complete" });
    },
    async resize(width, height) {
      await call("browsingContext.setViewport", { context, viewport: { width, height } });
    },
    async waitFor(expression, milliseconds) {
      const end = performance.now() + milliseconds;
      while ((await evaluate(expression)) !== "true") {
        if (performance.now() > end) {
          throw new Error(`${expression} is not true; shown: ${await evaluate("document.body.innerText")}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    },
    async close() {
      const ended = new Promise((resolve) => firefox.once("exit", resolve));
      socket.close();
      firefox.kill();
      await ended;
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
