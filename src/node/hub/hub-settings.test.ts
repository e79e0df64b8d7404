/** Settings from the environment variables of Hugging Face's libraries, with the same meaning. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createScratchFolder } from "../../../test/support/scratch-folder.ts";
import { getHubSettings } from "./hub-settings.ts";

describe("settings of the Hub", () => {
  it("default to huggingface.co and ~/.cache/huggingface", () => {
    const home = process.platform === "win32" ? { USERPROFILE: "/u" } : { HOME: "/u" };
    expect(getHubSettings(home)).toMatchObject({
      endpoint: "https://huggingface.co",
      token: undefined,
      offline: false,
    });
    expect(getHubSettings(home).cache).toMatch(/[\\/]u[\\/]\.cache[\\/]huggingface[\\/]hub$/);
    expect(getHubSettings({ ...home, HF_HOME: "~/hf" }).cache).toMatch(/[\\/]u[\\/]hf[\\/]hub$/);
  });

  it("use the most specific variable for the cache", () => {
    const all = { XDG_CACHE_HOME: "/x", HF_HOME: "/h", HUGGINGFACE_HUB_CACHE: "/old", HF_HUB_CACHE: "/c" };
    const of = (...names: (keyof typeof all)[]): string =>
      getHubSettings(Object.fromEntries(names.map((name) => [name, all[name]]))).cache.replaceAll("\\", "/");
    expect(of("XDG_CACHE_HOME")).toMatch(/\/x\/huggingface\/hub$/);
    expect(of("XDG_CACHE_HOME", "HF_HOME")).toMatch(/\/h\/hub$/);
    expect(of("XDG_CACHE_HOME", "HF_HOME", "HUGGINGFACE_HUB_CACHE")).toMatch(/\/old$/);
    expect(of("XDG_CACHE_HOME", "HF_HOME", "HUGGINGFACE_HUB_CACHE", "HF_HUB_CACHE")).toMatch(/\/c$/);
  });

  it("use the token in HF_TOKEN, else in the file written by the login", async () => {
    const home = await createScratchFolder();
    await writeFile(join(home, "token"), "hf_file\n");
    expect(getHubSettings({ HF_HOME: home }).token).toBe("hf_file");
    expect(getHubSettings({ HF_HOME: home, HF_TOKEN: " hf_env " }).token).toBe("hf_env");
    expect(getHubSettings({ HF_HOME: home, HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" }).token).toBeUndefined();
    expect(getHubSettings({ HF_TOKEN_PATH: join(home, "token") }).token).toBe("hf_file");
    const twoLines = (): unknown => getHubSettings({ HF_HOME: home, HF_TOKEN: "hf_a\nSecret: b" });
    expect(twoLines).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(twoLines).not.toThrow(/hf_a|Secret/);
  });

  it("include a mirror and offline use", () => {
    expect(getHubSettings({ HF_ENDPOINT: "http://mirror:8080/hf/" }).endpoint).toBe("http://mirror:8080/hf");
    for (const value of ["1", "true", "ON", "Yes"])
      expect(getHubSettings({ HF_HUB_OFFLINE: value }).offline).toBe(true);
    for (const value of ["0", "", "no"])
      expect(getHubSettings({ HF_HUB_OFFLINE: value }).offline).toBe(false);
    expect(() => getHubSettings({ HF_ENDPOINT: "mirror" })).toThrow(/HF_ENDPOINT is "mirror"/);
    expect(() => getHubSettings({ HF_ENDPOINT: "http://me:secret@x" })).toThrow(/^(?!.*secret)/);
  });
});
