/** `golem export --format safetensors`: the Python scripts beside the tensors give the answers of the golem. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runGolem } from "../support/command-line.ts";
import {
  expectNothingPrivate,
  exportTo,
  getPrivateGolems,
  labels,
  predictClips,
} from "../support/private-golems.ts";

const folder = mkdtempSync(join(tmpdir(), "golem-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { data, wordless, clips } = await getPrivateGolems();
const predict = (from: string, files = clips): Promise<number[]> => predictClips(from, files);

describe("format safetensors", () => {
  const list = join(folder, "clips.csv");

  const tableOf = new Map<string, string>();

  /** A table of the clips by one encoder, written when first asked for. */
  async function getTable(encoder: string): Promise<string> {
    const table = tableOf.get(encoder) ?? join(folder, `${encoder}.npz`);
    if (tableOf.has(encoder)) return table;
    writeFileSync(list, ["file_name,label", ...clips.map((file) => `${file},${labels[0]}`)].join("\n"));
    expect((await runGolem(["embed", list, "--encoder", encoder, "--out", table])).exitCode).toBe(0);
    tableOf.set(encoder, table);
    return table;
  }

  /** A golem with one head of a kind, what it says of the clips, and its export. */
  async function trainOne(kind: string): Promise<{ out: string; scores: number[] }> {
    const one = join(folder, kind);
    const train = ["train", data, "--out", one, "--encoder", "mfcc", "--head", kind];
    expect((await runGolem(train)).exitCode).toBe(0);
    const out = `${one}-out`;
    await exportTo(out, one, "--format", "safetensors");
    return { out, scores: await predict(one) };
  }
  const ones = new Map<string, ReturnType<typeof trainOne>>();

  /** What a script in the folder says of the clips, from a table of each encoder. */
  async function runScript(out: string, script: string): Promise<number[]> {
    const { views } = JSON.parse(readFileSync(join(out, "golem.json"), "utf8"));
    const tables = [];
    for (const encoder of new Set<string>(views.map((view: { encoder: string }) => view.encoder))) {
      tables.push(`${encoder}=${await getTable(encoder)}`);
    }
    const { stdout, stderr } = spawnSync("/usr/bin/python3", [join(out, script), ...tables], {
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    return stdout
      .trim()
      .split("\n")
      .flatMap((line) => labels.map((label) => JSON.parse(line).scores[label]));
  }

  describe.each([
    ["predict.py", "numpy"],
    ["predict_torch.py", "numpy, torch"],
  ])("%s", (script, modules) => {
    const isThere = spawnSync("/usr/bin/python3", ["-c", `import ${modules}`]).status === 0;
    const note = isThere ? "" : ` (skipped: no /usr/bin/python3 with ${modules})`;
    it.skipIf(!isThere)(`has at most 20 lines and gives the same as Node${note}`, async () => {
      const out = join(folder, `tensors-${script}`);
      const { document } = await exportTo(out, wordless, "--format", "safetensors");
      expect(document.files.map(({ path }: { path: string }) => path).sort()).toEqual(
        readdirSync(out).sort(),
      );
      expectNothingPrivate(out);
      if (script === "predict.py") {
        expect(readFileSync(join(out, script), "utf8").trim().split("\n").length).toBeLessThanOrEqual(20);
      }
      expect(await runScript(out, script)).toBeAllclose(await predict(wordless), { rtol: 0, atol: 1e-6 });
    });

    it.skipIf(!isThere).each(["mlp", "centroid"])(
      `gives the same with one head of kind %s${note}`,
      async (kind) => {
        const one = ones.get(kind) ?? trainOne(kind);
        ones.set(kind, one);
        const { out, scores } = await one;
        expect(await runScript(out, script)).toBeAllclose(scores, { rtol: 0, atol: 1e-6 });
      },
    );
  });
});
