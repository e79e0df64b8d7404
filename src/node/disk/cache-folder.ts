/** The cache folder: what can be downloaded or computed again (weights, embeddings, data sets). */
import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** The cache folder and its parts, as absolute paths. They need not exist. */
export interface CacheFolder {
  readonly root: string;
  readonly encoders: string;
  readonly embeddings: string;
  readonly datasets: string;
}

/**
 * Gets the cache folder: GOLEM_HOME, else XDG_CACHE_HOME/golem, else the system's convention:
 * ~/Library/Caches/golem (macOS), %LOCALAPPDATA%\golem (Windows), ~/.cache/golem.
 *
 * A relative XDG_CACHE_HOME is ignored, as its specification requires; a relative GOLEM_HOME is resolved in
 * the working folder. Empty variables are treated as not set.
 */
export function getCacheFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): CacheFolder {
  const path = platform === "win32" ? win32 : posix;
  const root = path.resolve(getRoot(env, platform));
  return {
    root,
    encoders: path.join(root, "encoders"),
    embeddings: path.join(root, "embeddings"),
    datasets: path.join(root, "datasets"),
  };
}

function getRoot(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string {
  const path = platform === "win32" ? win32 : posix;
  if (env.GOLEM_HOME) return env.GOLEM_HOME;
  if (env.XDG_CACHE_HOME && path.isAbsolute(env.XDG_CACHE_HOME))
    return path.join(env.XDG_CACHE_HOME, "golem");
  const home = (platform === "win32" ? env.USERPROFILE : env.HOME) || homedir();
  if (platform === "darwin") return path.join(home, "Library", "Caches", "golem");
  if (platform === "win32")
    return path.join(env.LOCALAPPDATA || path.join(home, "AppData", "Local"), "golem");
  return path.join(home, ".cache", "golem");
}
