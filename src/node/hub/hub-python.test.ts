/**
 * The cache shared with Hugging Face's Python library: each reads files that the other downloaded from the
 * same server.
 */
import { execFile, spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { startHubServer } from "../../../test/support/servers/hub-server.ts";
import { fetchHubFile } from "./hub-file.ts";

const python = process.env.GOLEM_TEST_PYTHON ?? "python3";
const isThere = spawnSync(python, ["-c", "import huggingface_hub"]).status === 0;
const note = isThere
  ? ""
  : " (skipped: Python has no huggingface_hub; GOLEM_TEST_PYTHON can name one that has it)";
const program =
  "import sys, huggingface_hub as h\n" +
  "for name in sys.argv[1:]: print(h.hf_hub_download('facebook/tiny', name))";

describe.runIf(isThere)(`the cache of huggingface_hub${note}`, () => {
  it("is shared in both directions", async () => {
    const server = await startHubServer();
    const large = Buffer.alloc(100_000, "golem");
    const files = { "model.safetensors": large, "config.json": "{}", "a/b.json": "[1]" };
    server.put({ id: "facebook/tiny", type: "model", files });
    const home = await createScratchFolder();
    const settings = await server.createSettings({ cache: join(home, "hub") });
    const download = async (names: readonly string[], offline: string): Promise<string[]> => {
      const env = { ...process.env, HF_HOME: home, HF_ENDPOINT: server.endpoint, HF_HUB_OFFLINE: offline };
      const { stdout } = await promisify(execFile)(python, ["-c", program, ...names], { env });
      return stdout.trim().split("\n");
    };
    const fetch = (path: string, offline: boolean): Promise<string> =>
      fetchHubFile(
        { id: "facebook/tiny", type: "model", revision: "main", path },
        { settings: { ...settings, offline } },
      );

    const theirs = await download(["model.safetensors", "a/b.json"], "0");
    expect(await fetch("model.safetensors", true)).toBe(theirs[0]);
    expect(await fetch("a/b.json", true)).toBe(theirs[1]);
    expect(large.equals(await readFile(theirs[0]!))).toBe(true);

    const ours = await fetch("config.json", false);
    expect(await download(["config.json"], "1")).toEqual([ours]);
  });
});
