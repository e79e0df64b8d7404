import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, symlink, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { recoverFolder, replaceFileAtomic, replaceFolderAtomic, writeFileAtomic } from "./atomic-write.ts";

const host = hostname().replaceAll(/[^\w-]/g, "");
/** An id that no process has: it is above the limit of every system. */
const deadProcess = 2 ** 31 - 2;

const putGolem = (content: string) => (staging: string) => writeFile(join(staging, "golem.json"), content);
const readGolem = (folder: string) => readFile(join(folder, "golem.json"), "utf8");

describe("writing a file atomically", () => {
  it("creates or replaces it, text or bytes, and leaves no other file", async () => {
    const folder = await createScratchFolder();
    const path = join(folder, "new folder", "ёж 🦔.json");
    await writeFileAtomic(path, "one ё");
    expect(await readFile(path, "utf8")).toBe("one ё");
    await writeFileAtomic(path, Uint8Array.of(1, 2, 3));
    expect([...(await readFile(path))]).toEqual([1, 2, 3]);
    expect(await readdir(join(folder, "new folder"))).toEqual(["ёж 🦔.json"]);
  });

  it("keeps the old one when writing fails, and passes the error on", async () => {
    const folder = await createScratchFolder();
    const path = join(folder, "a");
    await writeFileAtomic(path, "old");
    const failure = new Error("no more");
    await expect(
      replaceFileAtomic(path, async (staging) => {
        await writeFile(staging, "half");
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["a"]);
  });

  it("keeps a link a link", async () => {
    const folder = await createScratchFolder();
    await writeFile(join(folder, "real"), "old");
    await symlink("real", join(folder, "link"));
    await writeFileAtomic(join(folder, "link"), "new");
    expect(await readlink(join(folder, "link"))).toBe("real");
    expect(await readFile(join(folder, "real"), "utf8")).toBe("new");
  });

  it("reports why it fails", async () => {
    const folder = await createScratchFolder();
    await mkdir(join(folder, "sub"));
    await writeFile(join(folder, "file"), "");
    await expect(writeFileAtomic(join(folder, "sub"), "")).rejects.toMatchObject({ code: "output-exists" });
    await expect(writeFileAtomic(join(folder, "file", "x"), "")).rejects.toMatchObject({
      code: "output-failed",
      message: expect.stringContaining("a part of the path is a file"),
    });
    await expect(writeFileAtomic(join(folder, "x".repeat(240)), "")).rejects.toMatchObject({
      code: "output-failed",
    });
  });
});

describe("replacing a folder atomically", () => {
  it("creates a new one, fills an empty one, replaces a golem completely", async () => {
    const folder = join(await createScratchFolder(), "deep", "my golem");
    await replaceFolderAtomic(folder, async (staging) => {
      await putGolem("1")(staging);
      await mkdir(join(staging, "sub"));
      await writeFile(join(staging, "sub", "extra"), "");
    });
    await replaceFolderAtomic(folder, putGolem("2"));
    expect(await readdir(folder)).toEqual(["golem.json"]);
    expect(await readGolem(folder)).toBe("2");
    const empty = join(await createScratchFolder(), "empty");
    await mkdir(empty);
    await replaceFolderAtomic(empty, putGolem("3"));
    expect(await readGolem(empty)).toBe("3");
    expect(await readdir(join(folder, ".."))).toEqual(["my golem"]);
    expect(await readdir(join(empty, ".."))).toEqual(["empty"]);
  });

  it("changes no folder that is not a golem, and does no work for it", async () => {
    const folder = await createScratchFolder();
    await writeFile(join(folder, "thesis.tex"), "years");
    let called = false;
    const write = async (): Promise<void> => {
      called = true;
    };
    for (const path of [folder, join(folder, "thesis.tex")]) {
      await expect(replaceFolderAtomic(path, write)).rejects.toMatchObject({ code: "output-exists" });
    }
    expect(called).toBe(false);
    expect(await readFile(join(folder, "thesis.tex"), "utf8")).toBe("years");
  });

  it("checks again before it replaces", async () => {
    const folder = join(await createScratchFolder(), "g");
    const work = replaceFolderAtomic(folder, async (staging) => {
      await putGolem("1")(staging);
      await mkdir(folder);
      await writeFile(join(folder, "letter"), "dear");
    });
    await expect(work).rejects.toMatchObject({ code: "output-exists" });
    expect(await readdir(join(folder, ".."))).toEqual(["g"]);
    expect(await readdir(folder)).toEqual(["letter"]);
  });

  it("keeps the old one when writing fails", async () => {
    const folder = join(await createScratchFolder(), "g");
    await replaceFolderAtomic(folder, putGolem("1"));
    await expect(
      replaceFolderAtomic(folder, async (staging) => {
        await putGolem("2")(staging);
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await readGolem(folder)).toBe("1");
    expect(await readdir(join(folder, ".."))).toEqual(["g"]);
  });

  it("removes files of ended processes, not of running ones", async () => {
    const parent = await createScratchFolder();
    const day = new Date(Date.now() - 25 * 60 * 60 * 1000);
    const names = {
      dead: `.g.golem-staging.${host}.${deadProcess}.0`,
      living: `.g.golem-staging.${host}.${process.ppid}.0`,
      elsewhere: `.g.golem-staging.other-host.${deadProcess}.0`,
      ancient: `.g.golem-staging.other-host.${deadProcess}.1`,
      another: `.gg.golem-staging.${host}.${deadProcess}.0`,
    };
    for (const name of Object.values(names)) await mkdir(join(parent, name));
    await utimes(join(parent, names.ancient), day, day);
    await replaceFolderAtomic(join(parent, "g"), putGolem("1"));
    expect((await readdir(parent)).sort()).toEqual(
      [names.living, names.elsewhere, names.another, "g"].sort(),
    );
  });

  it("restores the old one after a kill between the renames", async () => {
    const parent = await createScratchFolder();
    const folder = join(parent, "g");
    const old = join(parent, `.g.golem-old.${host}.${deadProcess}.0`);
    await mkdir(old);
    await putGolem("1")(old);
    await recoverFolder(folder);
    expect(await readGolem(folder)).toBe("1");
    await recoverFolder(folder);
    await recoverFolder(join(parent, "nothing"));
    expect(await readdir(parent)).toEqual(["g"]);
  });

  it("leaves a complete golem if the process is killed with SIGKILL at any time", async () => {
    const parent = await createScratchFolder();
    const folder = join(parent, "g");
    const script = fileURLToPath(
      new URL("../../../test/support/processes/folder-replacer.ts", import.meta.url),
    );
    for (let round = 0; round < 5; round++) {
      const child = spawn(process.execPath, ["--import", "tsx", script, folder, String(round * 1e6)], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      onTestFinished(() => void child.kill("SIGKILL"));
      let reported = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        reported += text;
        if (reported.split("\n").length > 3 + round) child.kill("SIGKILL");
      });
      await new Promise((resolve) => child.on("close", resolve));
      await recoverFolder(folder);
      expect(existsSync(folder)).toBe(true);
      const number = await readGolem(folder);
      expect(Number(number)).toBeGreaterThanOrEqual(Number(reported.trimEnd().split("\n").at(-1)));
      expect(await readFile(join(folder, "head.safetensors"), "utf8")).toBe(`${number} `.repeat(5000));
    }
    await replaceFolderAtomic(folder, putGolem("last"));
    expect(await readdir(parent)).toEqual(["g"]);
  });
});
