/** Pipes, devices, sockets and folders are rejected at once, and the error names their kind. */
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readListTable } from "../data/read-list.ts";
import { readSmallFile } from "../models/model-files.ts";
import { computeFileHash } from "./file-hash.ts";
import { openFileSource } from "./file-source.ts";
import { readGolemFiles } from "./golem-folder.ts";
import { readRegularFile } from "./regular-file.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "golem-regular-"));
  return () => rm(folder, { recursive: true });
});

it("reads a file up to its limit", async () => {
  const path = join(folder, "file");
  await writeFile(path, "12345");
  expect((await readRegularFile(path, 5)).toString()).toBe("12345");
  await expect(readRegularFile(path, 4)).rejects.toMatchObject({ code: "unreadable" });
  await writeFile(path, "");
  expect(await readRegularFile(path, 4)).toHaveLength(0);
});

it("rejects a folder, and names its kind", async () => {
  await expect(readRegularFile(folder, 4)).rejects.toThrow("it is a folder; expected a regular file");
});

describe.skipIf(process.platform === "win32")("on systems with pipes and devices", () => {
  it("rejects a pipe without a writer for all kinds of files", async () => {
    const pipe = join(folder, "golem.json");
    execFileSync("mkfifo", [pipe]);
    const message = "it is a named pipe; expected a regular file";
    await expect(openFileSource(pipe)).rejects.toThrow(message);
    await expect(computeFileHash(pipe)).rejects.toThrow(message);
    await expect(readSmallFile(pipe, 10)).rejects.toThrow(message);
    await expect(readListTable(pipe, "list.csv", {})).rejects.toThrow(message);
    await expect(readGolemFiles(folder)).rejects.toThrow(message);
  });

  it("rejects devices and sockets", async () => {
    await expect(readRegularFile("/dev/zero", 4)).rejects.toThrow("it is a device; expected a regular file");
    const path = join(folder, "socket");
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    onTestFinished(() => void server.close());
    await expect(readRegularFile(path, 4)).rejects.toThrow("it is a socket or a device");
  });
});
