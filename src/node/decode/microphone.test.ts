/** The choice of a recording program, its arguments, and its end with the reader. No microphone is needed. */
import { chmod, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { findRecordCommand, listRecordCommands, record } from "./microphone.ts";

describe("the microphone", () => {
  it("chooses the first program on the PATH", async () => {
    const folder = await createScratchFolder();
    for (const name of ["sox", "ffmpeg"]) {
      await writeFile(join(folder, name), "");
      await chmod(join(folder, name), 0o755);
    }
    const path = ["", "/nowhere", folder].join(delimiter);
    const found = findRecordCommand("linux", path);
    expect(found.command).toBe("ffmpeg");
    expect(found.args).toEqual(expect.arrayContaining(["pulse", "s16le", "16000"]));
    expect(findRecordCommand("darwin", path, "2").args).toContain(":2");
  });

  it("states what to install if there is none", () => {
    for (const platform of ["linux", "darwin", "win32", "freebsd"] as const) {
      expect(() => findRecordCommand(platform, "/nowhere")).toThrow(/No recording program/);
      expect(listRecordCommands(platform, "x").length).toBeGreaterThan(0);
    }
  });

  it("yields recorded bytes, reports failures, and stops the program with its reader", async () => {
    const bytes: number[] = [];
    for await (const piece of record({ command: "printf", args: ["abcd"] }, undefined)) bytes.push(...piece);
    expect(Buffer.from(bytes).toString()).toBe("abcd");
    const read = async (command: string, args: string[], signal?: AbortSignal) => {
      for await (const _ of record({ command, args }, signal)) break;
    };
    await expect(read("sh", ["-c", "echo no such card >&2; exit 3"])).rejects.toMatchObject({
      code: "no-microphone",
      message: expect.stringContaining("no such card"),
    });
    await expect(read("/nowhere/recorder", [])).rejects.toMatchObject({ code: "no-microphone" });
    // The program ends only when it is stopped.
    await read("sh", ["-c", "while :; do echo x; done"]);
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    await expect(read("sleep", ["600"], controller.signal)).rejects.toMatchObject({ code: "aborted" });
  });
});
