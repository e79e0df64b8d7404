import { describe, expect, it } from "vitest";
import { getCacheFolder } from "./cache-folder.ts";

describe("the cache folder", () => {
  it("is GOLEM_HOME if it is set", () => {
    const env = { GOLEM_HOME: "/data/golem home", XDG_CACHE_HOME: "/xdg", HOME: "/home/ada" };
    expect(getCacheFolder(env, "linux")).toEqual({
      root: "/data/golem home",
      encoders: "/data/golem home/encoders",
      embeddings: "/data/golem home/embeddings",
      datasets: "/data/golem home/datasets",
    });
  });

  it.each([
    [{ XDG_CACHE_HOME: "/xdg", HOME: "/home/ada" }, "linux", "/xdg/golem"],
    [{ XDG_CACHE_HOME: "relative", HOME: "/home/ada" }, "linux", "/home/ada/.cache/golem"],
    [{ GOLEM_HOME: "", XDG_CACHE_HOME: "", HOME: "/home/ada" }, "linux", "/home/ada/.cache/golem"],
    [{ HOME: "/Users/ada" }, "darwin", "/Users/ada/Library/Caches/golem"],
    [{ LOCALAPPDATA: "C:\\Users\\ada\\AppData\\Local" }, "win32", "C:\\Users\\ada\\AppData\\Local\\golem"],
    [{ USERPROFILE: "C:\\Users\\ada" }, "win32", "C:\\Users\\ada\\AppData\\Local\\golem"],
  ] as const)("%j on %s is %s", (env, platform, root) => {
    expect(getCacheFolder(env, platform).root).toBe(root);
  });

  it("resolves a relative GOLEM_HOME in the working folder", () => {
    expect(getCacheFolder({ GOLEM_HOME: "cache" }, "linux").root).toBe(`${process.cwd()}/cache`);
  });
});
