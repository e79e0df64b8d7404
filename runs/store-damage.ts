/**
 * Tests the cache of embeddings, damaged in 200 ways and on 50 full disks: every run of the program must end
 * by itself, and damage must not change a number.
 *
 *     npm run build && npx tsx runs/store-damage.ts [DAMAGES] [DISKS]      (200 and 50 unless given)
 *
 * Writes runs/results/store-damage.md and store-damage.json. Full disks are mounted, which needs Linux and
 * root; otherwise they are left out.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "../src/core/random.ts";
import { type ProgramRun, runProgram, writeTones } from "./attack/program.ts";

const damages = Number(process.argv[2] ?? 200);
const disks = Number(process.argv[3] ?? 50);
const random = createRandom(16);
const pick = (count: number): number => Math.floor(random.uniform() * count);

const work = await mkdtemp(join(tmpdir(), "golem-damage-"));
const data = join(work, "data");
await writeTones(data, 6);

async function hashOutput(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

const embed = (out: string, home: string): Promise<ProgramRun> =>
  runProgram(["embed", data, "--out", out, "--encoder", "mfcc"], home);

/** Ways to damage a file, which exists. */
const ways: Readonly<Record<string, (path: string, bytes: Buffer) => Promise<void>>> = {
  "a flipped bit": async (path, bytes) => {
    bytes[pick(bytes.length)]! ^= 1 << pick(8);
    await writeFile(path, bytes);
  },
  "a zeroed range": async (path, bytes) => {
    const start = pick(bytes.length);
    await writeFile(path, bytes.fill(0, start, Math.min(bytes.length, start + 1 + pick(4096))));
  },
  "cut off": (path, bytes) => writeFile(path, bytes.subarray(0, pick(bytes.length))),
  empty: (path) => writeFile(path, ""),
  "noise behind it": (path, bytes) =>
    writeFile(path, Buffer.concat([bytes, bytes.subarray(0, 1 + pick(999))])),
  "a folder in its place": async (path) => {
    await rm(path);
    await mkdir(join(path, "inner"), { recursive: true });
  },
  "a pipe in its place": async (path) => {
    await rm(path);
    spawnSync("mkfifo", [path]);
  },
  "a link to a device in its place": async (path) => {
    await rm(path);
    await symlink("/dev/zero", path);
  },
};

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

const whole = join(work, "whole");
const first = await embed(join(work, "first.npz"), whole);
if (first.end !== 0) throw new Error(first.stderr);
const expected = await hashOutput(join(work, "first.npz"));

const damaged = [];
for (let i = 0; i < damages; i++) {
  const home = join(work, "home");
  await cp(whole, home, { recursive: true });
  const files = await listFiles(join(home, "embeddings"));
  const way = Object.keys(ways)[i % Object.keys(ways).length]!;
  // One file in a third of the cases, else several.
  const count = 1 + (i % 3 === 0 ? 0 : pick(files.length));
  for (let k = 0; k < count; k++) {
    const [path] = files.splice(pick(files.length), 1);
    if (path !== undefined) await ways[way]!(path, await readFile(path));
  }
  const out = join(work, "out.npz");
  const { end } = await embed(out, home);
  const isSame = end === 0 && (await hashOutput(out)) === expected;
  const cleared = i % 10 === 0 ? (await runProgram(["cache", "clear"], home)).end : 0;
  damaged.push({ way, count, end, isSame, cleared });
  await rm(home, { recursive: true, force: true });
}

/** Runs the program on a disk that is too small for the cache, and in the end for the output too. */
async function fillDisk(i: number) {
  const place = join(work, "disk");
  await mkdir(place, { recursive: true });
  const kilobytes = 4 * (1 + (i % 25));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", place]);
  if (mounted.status !== 0) return undefined;
  const isOutputToo = i % 2 === 1;
  const out = isOutputToo ? join(place, "out.npz") : join(work, "out.npz");
  await rm(out, { force: true });
  const { end, stderr } = await embed(out, join(place, "cache"));
  const isSame = end === 0 && (await hashOutput(out)) === expected;
  const code = /\[([a-z-]+)\]/.exec(stderr)?.[1] ?? "";
  spawnSync("umount", ["-l", place]);
  return { kilobytes, isOutputToo, end, isSame, code, hasTrace: /\n {4}at /.test(stderr) };
}

const filled: NonNullable<Awaited<ReturnType<typeof fillDisk>>>[] = [];
for (let i = 0; i < disks; i++) {
  const run = process.platform === "linux" ? await fillDisk(i) : undefined;
  if (!run) break;
  filled.push(run);
}
await rm(work, { recursive: true, force: true });

const kept = filled.filter(({ isOutputToo }) => !isOutputToo);
const both = filled.filter(({ isOutputToo }) => isOutputToo);
const isOrderly = ({ end, isSame, code, hasTrace }: (typeof filled)[number]): boolean =>
  !hasTrace && (isSame || (end === 1 && code !== ""));
const text = `# A damaged cache, and full disks

Made by runs/store-damage.ts: \`golem embed --encoder mfcc\` of ${12} recordings, with the built program.

${damages} damages of a cache that holds all embeddings (one or several files; ${Object.keys(ways).join(", ")}):

| | |
| --- | --- |
| ended with 0, and the same output bit for bit | ${damaged.filter(({ isSame }) => isSame).length} of ${damages} |
| ended by a signal | ${damaged.filter(({ end }) => typeof end === "string").length} |
| \`cache clear\` afterwards ended with 0 | ${damaged.filter(({ cleared }, i) => i % 10 === 0 && cleared === 0).length} of ${Math.ceil(damages / 10)} |

${filled.length === 0 ? "Full disks were left out: none can be mounted here." : `${filled.length} runs on disks of 4 to 100 kB:`}
${
  filled.length === 0
    ? ""
    : `
| | |
| --- | --- |
| cache on the full disk: ended with 0, and the same output | ${kept.filter(({ isSame }) => isSame).length} of ${kept.length} |
| output there as well: ended with the same output, or with 1 and an error in words | ${both.filter(isOrderly).length} of ${both.length} |
| ended by a signal | ${filled.filter(({ end }) => typeof end === "string").length} |
`
}`;
const results = fileURLToPath(new URL("results/store-damage", import.meta.url));
await writeFile(`${results}.json`, `${JSON.stringify({ damaged, filled }, null, 2)}\n`);
await writeFile(`${results}.md`, `${text.trimEnd()}\n`);
console.log(text);
