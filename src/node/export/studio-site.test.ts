/** Writing the studio's site to a folder. */
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { writeStudioSite } from "./studio-site.ts";

const bytes = (text: string) => ({ bytes: new TextEncoder().encode(text) });

it("keeps the old page until all files of the new one are written", async () => {
  const folder = await createScratchFolder();
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), "old page");
  await writeFile(join(folder, "assets", "old.js"), "old script");
  const site = new Map([
    ["index.html", bytes("new page")],
    ["gallery/gallery.json", bytes("list")],
    ["gallery/demo.zip", bytes("demo")],
    ["assets/new.js", bytes("new script")],
  ]);
  const stop = new AbortController();
  const writing = writeStudioSite(site, folder, {
    signal: stop.signal,
    onProgress: ({ completed }) => {
      if (completed === 3) stop.abort();
    },
  });
  await expect(writing).rejects.toMatchObject({ code: "aborted" });
  expect(await readFile(join(folder, "index.html"), "utf8")).toBe("old page");
  expect(await readFile(join(folder, "assets/new.js"), "utf8")).toBe("new script");
  expect(await readFile(join(folder, "gallery/gallery.json"), "utf8")).toBe("list");
  await writeStudioSite(site, folder);
  expect(await readFile(join(folder, "index.html"), "utf8")).toBe("new page");
  expect(await readFile(join(folder, "assets/old.js"), "utf8")).toBe("old script");
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.includes("golem-staging"));
  expect(names).toEqual([]);
});
