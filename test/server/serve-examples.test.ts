/** Runs what docs/server.md shows of the server, as it stands there: the built command serves, the system's curl asks. */
import { execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWav } from "../support/audio-files.ts";
import { hasFfmpeg, hasFfmpegNote } from "../support/ffmpeg.ts";
import { createToneInSilence, getToneGolem } from "../support/served.ts";

const root = resolve(import.meta.dirname, "../..");
const hasCurl = spawnSync("curl", ["--version"], { stdio: "ignore" }).status === 0;
const note = hasCurl ? hasFfmpegNote : " (skipped: no curl on the PATH)";
const address = "http://127.0.0.1:8080";

/** Lines of shell in a document that begin with a word. */
function findLines(document: string, word: string): string[] {
  const text = readFileSync(join(root, document), "utf8");
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.split("\n")).filter((line) => line.startsWith(word));
}

describe.skipIf(!hasCurl || !hasFfmpeg)(`examples${note}`, () => {
  let folder: string;
  let url: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    const tones = await getToneGolem();
    folder = await mkdtemp(join(tmpdir(), "golem-examples-"));
    cpSync(tones.golem, join(folder, "my-golem"), { recursive: true });
    const hours = new Float32Array(9 * 16_000);
    hours.set(createToneInSilence(2), 16_000);
    hours.set(createToneInSilence(3), 5 * 16_000);
    writeFileSync(join(folder, "hours.wav"), createWav([hours], 16_000));
    symlinkSync(tones.files[0]!, join(folder, "one.wav"));
    const convert = (from: string, to: string) =>
      execFileSync("ffmpeg", ["-loglevel", "error", "-i", from, to], { cwd: folder });
    convert(tones.files[1]!, "two.flac");
    convert("hours.wav", "hours.flac");
    const [line] = findLines("docs/server.md", "npx golem serve");
    // On a port that is free here.
    const [, , ...args] = line!.replace("8080", "0").split(" ");
    const child = spawn(process.execPath, [join(root, "bin/golem.js"), ...args, "--json", "--quiet"], {
      cwd: folder,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<void>((done) => child.once("exit", () => done()));
    stop = () => {
      child.kill();
      return ended;
    };
    url = await new Promise((done, fail) => {
      child.once("exit", (code) => fail(new Error(`golem serve ended with ${code}`)));
      let text = "";
      child.stdout.on("data", (data) => {
        text += data;
        const [, found] = /"url":"([^"]+)"/.exec(text) ?? [];
        if (found && text.includes('"ready"')) done(found);
      });
    });
  });
  afterAll(async () => {
    await stop?.();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const low = { file: "one.wav", label: "low" };
  const high = { file: "two.flac", label: "high" };
  it.each([["docs/server.md", [[low, high], low, [{ label: "low" }, { label: "high" }]]]] as const)(
    "of %s answer as they should",
    async (document, expected) => {
      const answers: unknown[] = [];
      for (const line of findLines(document, "curl")) {
        expect(line).toContain(address);
        const command = line.replace(/^curl/, "curl --silent --show-error --fail").replace(address, url);
        const { stdout } = await promisify(execFile)("sh", ["-c", command], { cwd: folder });
        // Long recordings are answered line by line.
        const isLines = line.includes("/detect");
        answers.push(
          isLines
            ? stdout
                .trim()
                .split("\n")
                .map((text) => JSON.parse(text))
            : JSON.parse(stdout),
        );
      }
      expect(answers).toMatchObject(expected);
    },
  );
});
