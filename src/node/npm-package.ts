/**
 * Fetches a package's tarball with the user's own npm client, so that its registry, proxy and credentials apply.
 *
 * The client runs `npm pack` in a private folder with a private cache, whose growth is the progress reported.
 * No script of the package is run. Nothing of it is trusted: callers check hashes of what they take out.
 * Must not know: what the packages hold.
 */
import { spawn } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { GolemError } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";

const pollMilliseconds = 200;
const timeoutMilliseconds = 15 * 60_000;

/**
 * Downloads `specification` ("name@1.2.3") into the existing empty folder `folder` and returns the tarball's path.
 * `expectedBytes` is the tarball's size. Rejects with `fetch-failed`, or `aborted`.
 */
export async function fetchNpmPackage(
  specification: string,
  folder: string,
  options: WorkOptions & { expectedBytes: number; stage: string },
): Promise<string> {
  const { signal, onProgress, expectedBytes: total, stage } = options;
  const report = async () => {
    const completed = Math.min(total, await measureFolder(folder));
    onProgress?.({ stage, completed, total });
  };
  onProgress?.({ stage, completed: 0, total });
  const poll = onProgress ? setInterval(() => void report(), pollMilliseconds) : undefined;
  try {
    await runNpm(["pack", specification, "--ignore-scripts", "--loglevel=error"], folder, signal);
  } finally {
    clearInterval(poll);
  }
  onProgress?.({ stage, completed: total, total });
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  if (!tarball) {
    throw new GolemError(
      "fetch-failed",
      `npm pack ${specification} left no tarball; expected one file ending in .tgz.`,
    );
  }
  return join(folder, tarball);
}

async function runNpm(
  args: readonly string[],
  folder: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const windows = process.platform === "win32";
  const child = spawn(windows ? "npm.cmd" : "npm", args, {
    cwd: folder,
    env: { ...process.env, npm_config_cache: join(folder, "npm-cache"), npm_config_update_notifier: "false" },
    stdio: ["ignore", "ignore", "pipe"],
    shell: windows,
    timeout: timeoutMilliseconds,
    ...(signal ? { signal } : {}),
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  const outcome = await new Promise<number | string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, killedBy) => resolve(code ?? `stopped by ${killedBy}`));
  });
  if (signal?.aborted) throw new GolemError("aborted", "The download was interrupted before it was done.");
  if (outcome === 0) return;
  const reason = typeof outcome === "string" ? outcome : getNpmReason(stderr);
  throw new GolemError("fetch-failed", `npm could not fetch the package: ${reason}.`);
}

/** The line of npm's complaint that tells most. */
function getNpmReason(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.replace(/^npm (error|ERR!) ?/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("A complete log"));
  const code = lines.find((line) => line.startsWith("code "))?.slice(5);
  const message = lines.find((line) => !/^(code|errno|syscall|network) /.test(line));
  return [code, message].filter(Boolean).join(", ") || "it gave no reason";
}

/** Bytes in all files below a folder; files that vanish while it looks count nothing. */
async function measureFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        (info) => info.size,
        () => 0,
      ),
    );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
