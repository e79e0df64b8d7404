/** Runs the shell blocks of pages that start from a golem and recordings, with a golem of tones. Training is run by the slow test. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createWav } from "../support/audio-files.ts";
import { createDocFolder, docPages, readBlocks, runBlock } from "../support/doc-pages.ts";
import { createToneInSilence, getToneGolem } from "../support/served.ts";

/**
 * Lines that the slow test runs, that wait for a person, or that promise what a golem of two classes of tones cannot:
 * a rate of false alarms.
 */
const left = /^(npm ci|npx golem (train|review|studio))|--false-alarms/;

/** The commands of a page, one per line, without comments; `SOURCE` is a recording. */
function listLines(page: string): string[] {
  return readBlocks(page)
    .filter(({ language }) => language === "sh")
    .flatMap(({ code }) =>
      code
        .replaceAll(/ +#.*$/gm, "")
        .replaceAll("SOURCE", "day.flac")
        .split("\n"),
    )
    .filter((line) => line !== "" && !left.test(line));
}

async function createReaderFolder(): Promise<string> {
  const folder = createDocFolder();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { golem } = await getToneGolem();
  cpSync(golem, join(folder, "my-golem"), { recursive: true });
  cpSync(golem, join(folder, "better-golem"), { recursive: true });
  const write = (path: string, samples: Float32Array) =>
    writeFileSync(join(folder, path), createWav([samples], 16_000));
  const long = Float32Array.from([0, 1, 2, 3].flatMap((number) => [...createToneInSilence(number)]));
  for (const path of ["day.flac", "hours.flac"]) write(path, long);
  for (const [i, path] of ["new.wav", "one.wav", "two.flac"].entries())
    write(path, createToneInSilence(104 + i));
  mkdirSync(join(folder, "other-days"));
  write("other-days/one.wav", long);
  writeFileSync(join(folder, "other-days/one.txt"), "0.5\t1.5\tlow\n2.5\t3.5\thigh\n");
  for (const [i, label] of ["low", "high"].entries()) {
    mkdirSync(join(folder, "kept", label), { recursive: true });
    write(`kept/${label}/${i}.wav`, createToneInSilence(110 + i));
  }
  return folder;
}

it.each(["README.md", "docs/data.md", "docs/detection.md", "docs/server.md"])(
  "runs the commands of %s",
  async (page) => {
    const folder = await createReaderFolder();
    const lines = listLines(page);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      if (line.startsWith("npx golem serve")) await startServer(line, folder);
      // The server of the page is at another port, since 8080 may be taken.
      else
        runBlock(
          { language: "sh", code: line.replace("http://127.0.0.1:8080", servedAt ?? ""), output: undefined },
          folder,
        );
    }
    if (page === "docs/data.md") expect(readFileSync(join(folder, "day.txt"), "utf8")).toMatch(/\thigh\n/);
  },
);

let servedAt: string | undefined;

/** Starts the command on a free port and waits until it is ready. */
async function startServer(line: string, folder: string): Promise<void> {
  const [, ...args] = line.replace(/--port \d+/, "--port 0").split(" ");
  const child = spawn(join(folder, "bin", "npx"), [...args, "--json"], {
    cwd: folder,
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  child.stdout.setEncoding("utf8");
  while (!text.includes('"ready"')) {
    const [chunk] = (await Promise.race([once(child.stdout, "data"), once(child, "exit")])) as [unknown];
    if (typeof chunk !== "string") throw new Error(`${line} ended before it was ready`);
    text += chunk;
  }
  servedAt = /"url":"([^"]+)"/.exec(text)![1];
}

/** Pages with blocks, and where these are run or read. */
const executedBy: Readonly<Record<string, string>> = {
  "README.md": "readme.test.ts, blocks.test.ts",
  "docs/augment.md": "pages.slow.test.ts",
  "docs/commands.md": "made by scripts/reference.ts; commands.test.ts",
  "docs/data.md": "blocks.test.ts",
  "docs/deploy.md":
    "../package/deploy.test.ts, ../package/image.slow.test.ts, ../server/haproxy.slow.test.ts; not run: docker compose",
  "docs/detection.md": "blocks.test.ts",
  "docs/encoders.md": "../../src/encoder/described/encoder-descriptor.test.ts",
  "docs/json.md": "pages.slow.test.ts",
  "docs/lessons.md":
    "article.slow.test.ts, on a part of the recordings; not run: golem demo minds14, which needs the Hub",
  "docs/scale.md": "scale.slow.test.ts, examples.slow.test.ts",
  "docs/server.md": "blocks.test.ts",
  "docs/tutorial.md": "pages.slow.test.ts",
  "docs/web.md": "../browser/web.test.ts",
};

it("every page with blocks is executed somewhere, or says here what is not", () => {
  for (const page of docPages) {
    if (readBlocks(page).length === 0 || page.startsWith("docs/how-to/")) continue;
    const where = executedBy[page.replace(".ru.md", ".md")];
    expect(where, page).toBeDefined();
    for (const [name] of where!.matchAll(/[\w./-]+\.test\.ts/g)) {
      const text = readFileSync(join(import.meta.dirname, name), "utf8");
      expect(text, `${name} and ${page}`).toMatch(/docs|README|deploy|docPages/);
    }
  }
});

/** The blocks of a page, without the comments, which are translated. */
const readCommands = (page: string) =>
  readBlocks(page).map((block) => ({ ...block, code: block.code.replaceAll(/ +#.*$/gm, "") }));

it.each(docPages.filter((page) => page.endsWith(".ru.md")))(
  "%s has the blocks of the English page",
  (page) => {
    expect(readCommands(page)).toEqual(readCommands(page.replace(".ru.md", ".md")));
  },
);
