/** Runs the examples and the steps of action.yml as they stand there, on the built package. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { build } from "vite";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { browserNote, browserPath, getBrowser, openWatchedPage } from "../support/browser/browser.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";
import { startStaticServer } from "../support/servers/static-server.ts";
import { getSharedFolder } from "../support/shared-folder.ts";

const hasNumpy = spawnSync("python3", ["-c", "import numpy"], { stdio: "ignore" }).status === 0;
const numpyNote = hasNumpy ? "" : " (skipped: no Python with NumPy)";
const hasPyArrow = spawnSync("python3", ["-c", "import pandas, pyarrow"], { stdio: "ignore" }).status === 0;
const pyArrowNote = hasPyArrow
  ? ""
  : " (skipped: no Python with pandas and pyarrow, which Debian 12 does not package)";
const root = resolve(import.meta.dirname, "../..");
const words = join(root, "demo/words");
const runGolem = (cwd: string, ...args: string[]) =>
  execFileSync(process.execPath, [join(root, "bin/golem.js"), ...args, "--quiet"], { cwd, encoding: "utf8" });

/** A golem of the three words, its embeddings and exports, named as the examples name them. */
let place: string;
beforeAll(async () => {
  place = await getSharedFolder("examples", async (folder) => {
    runGolem(folder, "train", words, "--out", "my-golem", "--encoder", "moonshine-tiny", "--augment", "none");
    runGolem(folder, "embed", words, "--encoder", "moonshine-tiny", "--out", "embeddings.npz");
    runGolem(folder, "export", "my-golem", "--format", "safetensors", "--out", "exported");
    runGolem(folder, "export", "my-golem", "--format", "web", "--out", "site");
  });
});

/** A copy of an example, from which packages are found as after npm install. */
async function copyExample(name: string): Promise<string> {
  const folder = await createScratchFolder();
  cpSync(join(root, "examples", name), folder, { recursive: true });
  for (const scope of ["@hono", "@duckdb"])
    mkdirSync(join(folder, "node_modules", scope), { recursive: true });
  symlinkSync(root, join(folder, "node_modules/golem-audio"));
  for (const dependency of ["hono", "@hono/node-server", "@duckdb/node-api"]) {
    symlinkSync(join(root, "node_modules", dependency), join(folder, "node_modules", dependency));
  }
  return folder;
}

const clip = (): string => {
  const folder = join(words, "train/hey golem");
  return join(folder, readdirSync(folder)[0]!);
};

it("hono-server answers a recording, and refuses what is none", async () => {
  const folder = await copyExample("hono-server");
  const child = spawn(process.execPath, ["server.js", join(place, "my-golem")], {
    ...{ cwd: folder, env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"] as const },
  });
  onTestFinished(() => void child.kill());
  const url = await new Promise<string>((done) => {
    child.stdout.setEncoding("utf8").once("data", (text: string) => done(text.trim()));
  });
  const answer = await fetch(url, { method: "POST", body: readFileSync(clip()) });
  expect(await answer.json()).toMatchObject({ label: "hey golem", unknown: false });
  const refused = await fetch(url, { method: "POST", body: "no sound" });
  expect(refused.status).toBe(422);
  expect(await refused.json()).toMatchObject({ code: "not-audio" });
});

it.skipIf(!browserPath)(`vite-page classifies a file in the browser${browserNote}`, async () => {
  const folder = await copyExample("vite-page");
  mkdirSync(join(folder, "public"));
  cpSync(join(place, "site/golem"), join(folder, "public/golem"), { recursive: true });
  await build({ root: folder, logLevel: "error", worker: { format: "es" } });
  const { origin, close } = await startStaticServer({ "/": `${join(folder, "dist")}/` });
  onTestFinished(close);
  const { page, complaints } = await openWatchedPage(await getBrowser());
  await page.goto(`${origin}/index.html`);
  await page.getByText(/^Ready: /).waitFor();
  await page.getByLabel("Recording").setInputFiles(clip());
  await page.getByText(/^hey golem, \d+ %$/).waitFor();
  expect(complaints).toEqual([]);
});

it.skipIf(!hasNumpy)(`python reads embeddings, heads and the score${numpyNote}`, () => {
  const { cells } = JSON.parse(readFileSync(join(root, "examples/python/read-golem.ipynb"), "utf8"));
  const isCode = ({ cell_type }: { cell_type: string }) => cell_type === "code";
  const code = cells.filter(isCode).map(({ source }: { source: string[] }) => source.join(""));
  const printed = execFileSync("python3", ["-c", code.join("\n")], { cwd: place, encoding: "utf8" });
  const { balancedAccuracy } = JSON.parse(
    readFileSync(join(place, "my-golem/golem.json"), "utf8"),
  ).evaluation;
  expect(printed).toMatch(/^\d+ recordings, 7 layers of 288 numbers$/m);
  expect(printed).toMatch(/^moonshine-tiny\/layer_\d\/weight \(3, \d+\)$/m);
  expect(printed).toContain(`held out ${balancedAccuracy.toFixed(2)}, 95 % interval`);
});

it("the action trains, sets its output, and fails when the new golem is worse", async () => {
  const action = readFileSync(join(root, "action.yml"), "utf8");
  const scripts = [...action.matchAll(/ run: (?:\|\n((?: {8}.*\n)+)|(.*)\n)/g)].map(
    ([, block, line]) => block ?? line!,
  );
  expect(scripts).toHaveLength(3);
  const folder = await createScratchFolder();
  // Every label says another word: the worst golem there can be.
  for (const [from, to] of [
    ["hey golem", "lights on"],
    ["lights on", "good night"],
    ["good night", "hey golem"],
  ] as const) {
    cpSync(join(words, "train", from), join(folder, "wrong", to), { recursive: true });
  }
  cpSync(join(words, "test"), join(folder, "held-out"), { recursive: true });
  const output = join(folder, "output");
  writeFileSync(output, "");
  const run = (script: string) =>
    execFileSync("bash", ["-e", "-o", "pipefail", "-c", script], {
      cwd: folder,
      encoding: "utf8",
      stdio: "pipe",
      env: {
        ...process.env,
        ...{ GITHUB_ACTION_PATH: root, GITHUB_OUTPUT: output, GOLEM: join(place, "my-golem") },
        ...{ DATA: "wrong", OUT: "new", TEST: "held-out", MARGIN: "0" },
      },
    });
  run(scripts[1]!);
  expect(readFileSync(output, "utf8")).toMatch(/^balanced-accuracy=[01](\.\d+)?$/m);
  expect(() => run(scripts[2]!)).toThrow(
    expect.objectContaining({ status: 1, stdout: expect.stringContaining("worse") }),
  );
});

/** A run over a few of the words, and a file that is no recording. */
async function embedRun(): Promise<string> {
  const folder = await createScratchFolder();
  for (const label of ["hey golem", "lights on"]) {
    cpSync(join(words, "test", label), join(folder, "recordings", label), { recursive: true });
  }
  writeFileSync(join(folder, "recordings/lights on/notes.wav"), "This is a note, and no recording at all.");
  runGolem(folder, "plan", "recordings", "--out", "run");
  runGolem(folder, "embed", "--run", "run");
  return folder;
}

it("duckdb reads a run, and runs the query of docs/scale.md", async () => {
  const folder = await embedRun();
  const counts = ["hey golem", "lights on"].map(
    (label) => readdirSync(join(words, "test", label)).filter((name) => !name.endsWith(".md")).length,
  );
  const example = await copyExample("duckdb");
  const printed = execFileSync(process.execPath, ["query.js", join(folder, "run")], {
    ...{ cwd: example, encoding: "utf8" },
  });
  expect(printed).toMatch(new RegExp(`^  hey golem  ${counts[0]}  \\d+(\\.\\d+)?$`, "m"));
  expect(printed).toMatch(new RegExp(`^  lights on  ${counts[1]}  \\d+(\\.\\d+)?$`, "m"));
  expect(printed).toMatch(/^Errors:\n {2}not-audio {2}1$/m);
  const likeness = [...printed.matchAll(/ (\d(?:\.\d+)?)$/gm)].map(([, value]) => Number(value)).slice(-5);
  expect(likeness).toEqual(likeness.toSorted((a, b) => b - a));
  expect(likeness.every((value) => value > 0 && value <= 1)).toBe(true);

  const page = readFileSync(join(root, "docs/scale.md"), "utf8");
  const [query] = /^ {4}SELECT [\s\S]*?;$/m.exec(page)!;
  const connection = await (await DuckDBInstance.create()).connect();
  const sql = query.replaceAll("'RUN/", `'${join(folder, "run")}/`);
  const rows = (await connection.runAndReadAll(sql)).getRowsJson();
  expect(rows.map(([label]) => label).sort()).toEqual(["hey golem", "lights on"]);
});

it.skipIf(!hasPyArrow)(`pandas reads a run${pyArrowNote}`, async () => {
  const folder = await embedRun();
  const script = join(root, "examples/python/read-shards.py");
  const printed = execFileSync("python3", [script, "run"], { cwd: folder, encoding: "utf8" });
  expect(printed).toMatch(/^\d+ recordings, 576 numbers$/m);
});
