/** `golem serve GOLEM...`: serves HTTP until interrupted; accepted requests are finished first. */
import type { Device } from "../../core/device.ts";
import { GolemError } from "../../core/error.ts";
import { readRegularFile } from "../../node/disk/regular-file.ts";
import { parseApiKeys } from "../../server/api-keys.ts";
import { startServer } from "../../server/start-server.ts";
import type { ServeOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import { type KeepCommandOptions, toKeepOptions } from "./shared-options.ts";

interface ServeOptions extends CommonOptions, KeepCommandOptions {
  readonly port?: number;
  readonly host?: string;
  readonly allowHost?: readonly string[];
  readonly cors?: readonly string[];
  readonly apiKeys?: string;
  readonly maxBody?: number;
  readonly maxStream?: number;
  readonly maxHours?: number;
  readonly maxFiles?: number;
  readonly queue?: number;
  readonly streams?: number;
  readonly clientShare?: number;
  readonly timeout?: number;
  readonly workers?: number;
  /** False alarms per hour. */
  readonly falseAlarms?: number;
  readonly encoder?: string;
  readonly device?: Device;
  readonly reload?: number;
  readonly drain?: number;
}

/** Maximum size of a key file, in bytes. */
const maximumKeyBytes = 1024 * 1024;

/** Runs the command; resolves when the server has stopped. */
export async function runCommand(
  [golems]: [string[]],
  options: ServeOptions,
  terminal: Terminal,
): Promise<number> {
  const { signal } = terminal.work;
  const apiKeys = await readApiKeys(options.apiKeys);
  const server = await startServer({
    ...terminal.work,
    ...{ golems, apiKeys },
    port: options.port,
    host: options.host,
    allowHosts: options.allowHost,
    origins: options.cors,
    maximumBodyBytes: options.maxBody === undefined ? undefined : Math.round(options.maxBody * 2 ** 20),
    maximumStreamBytes: options.maxStream === undefined ? undefined : Math.round(options.maxStream * 2 ** 20),
    maximumStreamSeconds: options.maxHours === undefined ? undefined : 3600 * options.maxHours,
    maximumFiles: options.maxFiles,
    queue: options.queue,
    streams: options.streams,
    clientShare: options.clientShare,
    timeoutSeconds: options.timeout,
    workers: options.workers,
    encoder: options.encoder,
    device: options.device,
    reloadSeconds: options.reload,
    drainSeconds: options.drain,
    falseAlarmsPerHour: options.falseAlarms,
    keep: toKeepOptions(options, terminal),
    log: terminal.quiet ? undefined : terminal.stderr,
  });
  // On a terminal, the signal means that the terminal was closed, and ends the server.
  const onHangUp = process.stdin.isTTY ? undefined : (): void => void server.reload();
  if (onHangUp) process.on("SIGHUP", onHangUp);
  try {
    const { url, host, port, ids } = server;
    terminal.print(`Listening on ${url} for ${ids.join(", ")}; see ${url}/docs.`);
    terminal.printJson({ listening: { url, host, port, golems: ids } } satisfies ServeOutput);
    if (!apiKeys && !/^(127\.|::1$)/.test(host)) {
      terminal.warn({
        code: "usage",
        message: `Anyone who can reach ${host} may use the server: there are no API keys.`,
        hint: "Name a file of API keys with --api-keys.",
      });
    }
    const start = performance.now();
    await server.ready;
    terminal.print(`Ready after ${((performance.now() - start) / 1000).toFixed(1)} s`);
    terminal.printJson({ ready: { golems: ids } } satisfies ServeOutput);
    await waitForAbort(signal);
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    await server.close();
    if (onHangUp) process.off("SIGHUP", onHangUp);
  }
  return 0;
}

/** Reads keys from a file, else from the environment: arguments are visible to other users. */
async function readApiKeys(file: string | undefined): Promise<string[] | undefined> {
  if (file === undefined) {
    const keys = process.env.GOLEM_API_KEYS;
    return keys ? parseApiKeys(keys, "GOLEM_API_KEYS") : undefined;
  }
  try {
    return parseApiKeys((await readRegularFile(file, maximumKeyBytes)).toString("utf8"), file);
  } catch (cause) {
    if (cause instanceof GolemError) throw cause;
    throw new GolemError(
      "invalid-option",
      `The file of API keys ${file} could not be read: ${(cause as Error).message}.`,
      {
        hint: "Name a file with one key per line.",
        cause,
      },
    );
  }
}

function waitForAbort(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
}
