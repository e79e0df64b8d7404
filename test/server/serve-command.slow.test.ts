/** `golem serve` as a command: what it prints and refuses, signals, a start after it was killed. */
import { spawn } from "node:child_process";
import { cpSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { runGolem } from "../support/command-line.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { getToneGolem, type ToneGolems } from "../support/served.ts";

let tones: ToneGolems;
let tone: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  tones = await getToneGolem();
  tone = new Uint8Array(await readFile(tones.files[0]!));
});
const predict = "/v1/golems/tones/predict";

describe("golem serve", () => {
  it("tells where it listens, and ends well when it is interrupted", async () => {
    const stop = new AbortController();
    const running = runGolem(
      ["serve", tones.golem, "--port", "0", "--workers", "1", "--json", "--quiet"],
      stop.signal,
    );
    await setTimeout(3000);
    stop.abort();
    const { exitCode, stdout, stderr } = await running;
    expect(exitCode).toBe(0);
    expect(stderr).toBe("");
    const [first] = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(first.listening).toMatchObject({ host: "127.0.0.1", port: expect.any(Number), golems: ["tones"] });
  });

  it("refuses keys that can be guessed, and golems that are none", async () => {
    const folder = await createScratchFolder();
    writeFileSync(join(folder, "keys"), "# short\nabc\n");
    const keys = await runGolem(["serve", tones.golem, "--port", "0", "--api-keys", join(folder, "keys")]);
    expect(keys).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("invalid-option") });
    const none = await runGolem(["serve", folder, "--port", "0"]);
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("golem-not-found") });
  });

  it.skipIf(process.platform === "win32")("looks for a new version of a golem at SIGHUP", async () => {
    const folder = await createScratchFolder();
    const golem = join(folder, "golems", "tones");
    cpSync(tones.golem, golem, { recursive: true });
    const script = resolve(import.meta.dirname, "../support/processes/golem.ts");
    const args = ["serve", join(folder, "golems"), "--port", "0", "--reload", "0", "--json", "--quiet"];
    const child = spawn(process.execPath, ["--import", "tsx", script, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const url = await new Promise<string>((resolve) => {
      child.stdout.on("data", (data) => resolve(/"url":"([^"]+)"/.exec(String(data))?.[1] ?? ""));
    });
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 60_000 }).toBe(200);
    const document = JSON.parse(readFileSync(join(golem, "golem.json"), "utf8"));
    writeFileSync(join(golem, "golem.json"), JSON.stringify({ ...document, createdBy: "another program" }));
    child.kill("SIGHUP");
    const readMetrics = async () => (await fetch(`${url}/metrics`)).text();
    await expect
      .poll(readMetrics, { timeout: 20_000 })
      .toContain('golem_reloads_total{golem="tones",result="loaded"} 1\n');
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGINT");
    expect(await ended).toBe(0);
  });

  it("starts again after it was killed under load, with everything as it was", async () => {
    const script = resolve(import.meta.dirname, "../support/processes/golem.ts");
    const start = async () => {
      const child = spawn(
        process.execPath,
        ["--import", "tsx", script, "serve", tones.golem, "--port", "0", "--json", "--quiet"],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      onTestFinished(() => void child.kill("SIGKILL"));
      const url = await new Promise<string>((resolve) => {
        child.stdout.on("data", (data) => resolve(/"url":"([^"]+)"/.exec(String(data))?.[1] ?? ""));
      });
      await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 60_000 }).toBe(200);
      return { child, url };
    };
    const state = () => statSync(join(tones.golem, "golem.json")).mtimeMs;
    const before = state();
    const { child, url } = await start();
    const send = async (to: string) => {
      const response = await fetch(to + predict, {
        method: "POST",
        body: tone,
        headers: { "content-type": "audio/wav" },
      });
      return ((await response.json()) as { label: string }).label;
    };
    expect(await send(url)).toBe("low");
    const many = Array.from({ length: 30 }, () => send(url));
    child.kill("SIGKILL");
    const settled = await Promise.allSettled(many);
    for (const answer of settled) if (answer.status === "fulfilled") expect(answer.value).toBe("low");
    const again = await start();
    expect(await send(again.url)).toBe("low");
    expect(state()).toBe(before);
  });
});
