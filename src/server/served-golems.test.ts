/** Served golems are loaded, replaced, rejected, and freed when no longer used. No worker is needed. */
import { mkdir, rename, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createScratchFolder } from "../../test/support/scratch-folder.ts";
import { GolemError } from "../core/error.ts";
import { openFolderGolems } from "../node/golem-source/folder-golems.ts";
import type { GolemPool } from "../node/threads/golem-pool.ts";
import { createGolemPlace } from "./golem-place.ts";
import { createServedGolems } from "./served-golems.ts";

let folder: string;
let loaded: Set<string>;
let pool: GolemPool;

/** Writes a golem's folder whose document contains only `text`. */
async function writeGolem(path: string, text: string): Promise<void> {
  await mkdir(path, { recursive: true });
  for (const name of ["golem.json", "head.safetensors", "training.json"]) {
    await writeFile(join(path, name), text);
  }
}

beforeEach(async () => {
  folder = await createScratchFolder();
  await writeGolem(join(folder, "a"), "first");
  loaded = new Set();
  pool = {
    async examine({ document }: { document: Uint8Array }) {
      const text = Buffer.from(document).toString();
      if (text === "damaged") throw new GolemError("golem-damaged", "It is damaged.");
      return { document: { text }, encoderSet: {} };
    },
    load: async ({ version }: { version: string }) => void loaded.add(version),
    forget: async (version: string) => void loaded.delete(version),
  } as unknown as GolemPool;
});

describe("a place", () => {
  const replace = async (text: string) => {
    await writeGolem(join(folder, "new"), text);
    await rm(join(folder, "a"), { recursive: true });
    await rename(join(folder, "new"), join(folder, "a"));
  };
  const createPlace = async () => {
    const [source] = await openFolderGolems(join(folder, "a")).list();
    return createGolemPlace("a", source!, pool, undefined);
  };

  it("has no golem before it is loaded", async () => {
    const place = await createPlace();
    expect(place.isLoaded()).toBe(false);
    expect(() => place.get()).toThrow(expect.objectContaining({ code: "not-ready" }));
    await place.load({});
    expect(place.get()).toMatchObject({ id: "a", document: { text: "first" } });
    expect(await place.reload()).toBe(false);
  });

  it("answers with the new golem, and frees the old one after its last use", async () => {
    const place = await createPlace();
    await place.load({});
    const { version } = place.get();
    let finish = () => {};
    const work = place.use(
      (golem) =>
        new Promise<string>((resolve) => {
          finish = () => resolve(golem.version);
        }),
    );
    await replace("second");
    expect(await place.reload()).toBe(true);
    expect(place.get()).toMatchObject({ document: { text: "second" } });
    expect(loaded.has(version)).toBe(true);
    finish();
    expect(await work).toBe(version);
    expect([...loaded]).toEqual([place.get().version]);
  });

  it("keeps the old golem while the new one is damaged or missing, and reports this once", async () => {
    const place = await createPlace();
    await place.load({});
    await replace("damaged");
    await expect(place.reload()).rejects.toMatchObject({ code: "golem-damaged" });
    expect(await place.reload()).toBe(false);
    await rm(join(folder, "a", "training.json"));
    await expect(place.reload()).rejects.toMatchObject({ code: "golem-damaged" });
    expect(await place.reload()).toBe(false);
    await rm(join(folder, "a"), { recursive: true });
    expect(await place.reload()).toBe(false);
    expect(place.get()).toMatchObject({ document: { text: "first" } });
    await writeGolem(join(folder, "a"), "third");
    expect(await place.reload()).toBe(true);
  });

  it("neither frees nor reloads anything after it is closed", async () => {
    const place = await createPlace();
    await place.load({});
    await utimes(join(folder, "a", "golem.json"), new Date(), new Date(Date.now() + 5000));
    place.close();
    expect(await place.reload()).toBe(false);
    expect(loaded.size).toBe(1);
  });
});

describe("the golems of a server", () => {
  it("have the names of their folders as ids", async () => {
    await writeGolem(join(folder, "b"), "other");
    const golems = await createServedGolems([join(folder, "a"), `${join(folder, "b")}/`], pool, undefined);
    expect(golems.getIds()).toEqual(["a", "b"]);
    expect(golems.isReady()).toBe(false);
    expect(() => golems.list()).toThrow(expect.objectContaining({ code: "not-ready" }));
    await golems.load({});
    expect(golems.isReady()).toBe(true);
    expect(golems.list().map(({ id }) => id)).toEqual(["a", "b"]);
    expect(await golems.use("b", async ({ id }) => id)).toBe("b");
    expect(() => golems.get("c")).toThrow(
      expect.objectContaining({ code: "golem-not-found", message: expect.stringContaining("a, b") }),
    );
    await expect(golems.use("c", async () => 0)).rejects.toMatchObject({ code: "golem-not-found" });
    await golems.close();
  });

  it.each([
    ["two with the same name", ["/x/a", "/y/a"]],
    ["one without a name", ["/"]],
  ])("cannot be %s", async (_, folders) => {
    await expect(createServedGolems(folders, pool, undefined)).rejects.toMatchObject({
      code: "invalid-option",
    });
  });

  it("are reloaded while they are watched", async () => {
    const golems = await createServedGolems([join(folder, "a")], pool, undefined);
    await golems.load({});
    const reports: unknown[] = [];
    golems.watch({ onReload: (id, error) => reports.push([id, (error as GolemError | undefined)?.code]) });
    await writeGolem(join(folder, "a"), "damaged");
    await expect.poll(() => reports, { timeout: 10_000 }).toEqual([["a", "golem-damaged"]]);
    await writeGolem(join(folder, "a"), "second golem");
    await expect.poll(() => reports.at(-1), { timeout: 10_000 }).toEqual(["a", undefined]);
    expect(golems.get("a").document).toEqual({ text: "second golem" });
    await golems.close();
  });

  it("include all golems in a folder, also those added later", async () => {
    await writeGolem(join(folder, "b"), "second");
    await mkdir(join(folder, "no golem"));
    await writeGolem(join(folder, ".b.staging"), "half");
    const golems = await createServedGolems([folder], pool, undefined);
    expect(golems.getIds()).toEqual(["a", "b"]);
    await golems.load({});
    const reports: unknown[] = [];
    const onReload = (id: string, error: unknown) =>
      reports.push([id, (error as GolemError | undefined)?.code]);
    golems.watch({ seconds: 0, onReload });
    await writeGolem(join(folder, "c"), "damaged");
    await golems.check();
    await golems.check();
    expect(reports).toEqual([["c", "golem-damaged"]]);
    expect(golems.isReady()).toBe(true);
    expect(golems.getIds()).toEqual(["a", "b"]);
    await writeGolem(join(folder, "c"), "third golem");
    await writeGolem(join(folder, "b"), "second, changed");
    await Promise.all([golems.check(), golems.check()]);
    expect(reports.slice(1).sort()).toEqual([
      ["b", undefined],
      ["c", undefined],
    ]);
    expect(golems.list().map(({ id, document }) => [id, document])).toEqual([
      ["a", { text: "first" }],
      ["b", { text: "second, changed" }],
      ["c", { text: "third golem" }],
    ]);
    await rm(join(folder, "b"), { recursive: true });
    await golems.check();
    expect(golems.getIds()).toEqual(["a", "b", "c"]);
    await golems.close();
  });

  it("with the same name in two folders: the first stays, and one warning names the second", async () => {
    await mkdir(join(folder, "others"));
    await writeGolem(join(folder, "others", "z"), "other");
    const golems = await createServedGolems([join(folder, "a"), join(folder, "others")], pool, undefined);
    await golems.load({});
    const reports: unknown[] = [];
    golems.watch({ seconds: 0, onReload: (id, error) => reports.push([id, (error as GolemError).code]) });
    await writeGolem(join(folder, "others", "a"), "same name");
    await golems.check();
    await golems.check();
    expect(reports).toEqual([["a", "invalid-option"]]);
    expect(golems.get("a").document).toEqual({ text: "first" });
    await golems.close();
  });
});
