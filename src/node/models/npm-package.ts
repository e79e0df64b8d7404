/**
 * Fetches a package's tarball with the user's own npm client, so that its registry, proxy and credentials
 * apply.
 *
 * The client runs `npm pack` with a private cache inside the target folder, whose growth is reported as
 * progress. It runs in the working folder of this process, so that a project's `.npmrc` applies. No package
 * script is run. The contents are untrusted: callers check the hashes of extracted files.
 */
import { spawn } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";

const pollMilliseconds = 200;
const timeoutMinutes = 15;

/**
 * Settings used unless the environment has others. With npm's defaults, the error of a machine without a
 * network would take over a minute.
 */
const shortTimeouts = {
  npm_config_fetch_retries: "2",
  npm_config_fetch_retry_mintimeout: "1000",
  npm_config_fetch_retry_maxtimeout: "5000",
  // Timeout of an idle connection, not of the whole download.
  npm_config_fetch_timeout: "60000",
};

/** Settings that would change `npm pack NAME@VERSION`; `npm start --json` sets one of them. */
const foreignSettings =
  /^npm_config_(cache|pack_destination|dry_run|json|workspaces?|include_workspace_root|local_prefix|update_notifier|fetch_retries|fetch_retry_m(in|ax)timeout|fetch_timeout)$/i;

/**
 * Downloads `specification` ("name@1.2.3") into the existing empty folder `folder` and returns the tarball's
 * path. `expectedBytes` is the tarball's size. Rejects with `fetch-failed`, or `aborted`.
 */
export async function fetchNpmPackage(
  specification: string,
  folder: string,
  options: WorkOptions & { expectedBytes: number; stage: string },
): Promise<string> {
  const { signal, onProgress, expectedBytes: total, stage } = options;
  let highest = 0;
  let done = false;
  const report = async () => {
    const completed = Math.min(total, await measureFolder(folder));
    // npm moves files, so the size may decrease, and a measurement may end after the download.
    if (done || completed <= highest) return;
    highest = completed;
    onProgress?.({ stage, completed, total });
  };
  onProgress?.({ stage, completed: 0, total });
  const poll = onProgress ? setInterval(() => void report(), pollMilliseconds) : undefined;
  try {
    await runNpm(["pack", specification, "--ignore-scripts", "--loglevel=error"], folder, signal);
  } finally {
    done = true;
    clearInterval(poll);
  }
  if (highest < total) onProgress?.({ stage, completed: total, total });
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
    cwd: getWorkingFolder(folder),
    env: createEnvironment(folder),
    stdio: ["ignore", "ignore", "pipe"],
    shell: windows,
    ...(signal ? { signal } : {}),
  });
  // Spawn's own `timeout` is not used: if nothing could be started, it keeps this process alive until the
  // time is over.
  const timer = setTimeout(() => child.kill(), timeoutMinutes * 60_000);
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString()).slice(-4000);
  });
  const outcome = await new Promise<number | string>((resolve) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      // A started client is awaited even after an abort: it writes into the folder until it ends.
      if (child.pid === undefined) resolve(describeStart(error));
    });
    child.on("close", (code) => resolve(code ?? `it took longer than ${timeoutMinutes} minutes`));
  });
  clearTimeout(timer);
  if (signal?.aborted)
    throw new GolemError("aborted", "The download was interrupted before it was complete.");
  if (outcome === 0) return;
  const reason = typeof outcome === "string" ? outcome : getNpmReason(stderr);
  throw new GolemError("fetch-failed", `npm could not fetch the package: ${reason}.`);
}

function createEnvironment(folder: string): NodeJS.ProcessEnv {
  const user = Object.entries(process.env);
  return {
    ...Object.fromEntries(user.filter(([key]) => !foreignSettings.test(key))),
    ...shortTimeouts,
    // The user's settings, in upper or lower case, replace these.
    ...Object.fromEntries(
      user
        .filter(([key]) => Object.hasOwn(shortTimeouts, key.toLowerCase()))
        .map(([key, value]) => [key.toLowerCase(), value]),
    ),
    npm_config_cache: join(folder, "npm-cache"),
    npm_config_pack_destination: folder,
    npm_config_update_notifier: "false",
    // An npm provided by corepack must not require the package manager of the surrounding project.
    COREPACK_ENABLE_STRICT: "0",
  };
}

/** Gets the working folder; `otherwise` if it has been deleted, since npm could not start in it. */
function getWorkingFolder(otherwise: string): string {
  try {
    return process.cwd();
  } catch {
    return otherwise;
  }
}

function describeStart(error: NodeJS.ErrnoException): string {
  return error.code === "ENOENT"
    ? "the command `npm` was not found; expected Node's npm client on the PATH"
    : `the command \`npm\` did not start (${error.code ?? error.message})`;
}

/** Gets the most informative line of npm's error, without the full stop. */
function getNpmReason(stderr: string): string {
  const lines = stderr
    .split("\n")
    .map((line) => line.replace(/^npm (error|ERR!) ?/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("A complete log"));
  const code = lines.find((line) => line.startsWith("code "))?.slice(5);
  const message = lines.find((line) => !/^(code|errno|syscall|network|type)( |$)/.test(line));
  const network = lines.find((line) => line.startsWith("network "))?.slice(8);
  const parts = [code, message ?? network].filter((part) => part !== undefined);
  return parts.join(", ").replace(/\.+$/, "") || "it gave no reason";
}

/** Measures the bytes in all files below a folder; files deleted meanwhile are counted as 0. */
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
