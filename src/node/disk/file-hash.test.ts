import { createHash, randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { computeFileHash } from "./file-hash.ts";

describe("the hash of a file", () => {
  it.each([0, 1, 4096, (1 << 20) - 2, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (5 << 20) + 17])(
    "is SHA-256 of its %i bytes",
    async (length) => {
      const path = join(await createScratchFolder(), "запись 🎙.wav");
      const bytes = randomBytes(length);
      await writeFile(path, bytes);
      expect(await computeFileHash(path)).toBe(createHash("sha256").update(bytes).digest("hex"));
    },
  );

  it("names a missing file, and a folder", async () => {
    const folder = await createScratchFolder();
    await expect(computeFileHash(join(folder, "x.wav"))).rejects.toMatchObject({
      code: "data-not-found",
      message: expect.stringContaining("x.wav"),
    });
    await mkdir(join(folder, "y.wav"));
    await expect(computeFileHash(join(folder, "y.wav"))).rejects.toMatchObject({
      code: "unreadable",
      message: expect.stringContaining("it is a folder"),
    });
  });

  it("can be aborted", async () => {
    const path = join(await createScratchFolder(), "a");
    await writeFile(path, "a");
    await expect(computeFileHash(path, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
    });
  });
});
