/**
 * Caches the graphs that ONNX Runtime has optimised, so that later starts neither build a model nor optimise
 * it again. Weights are in a separate file, which the runtime maps into memory, so processes and sessions
 * share them.
 *
 * A graph is cached per processor and version of the runtime, since its operators are chosen for them. Files
 * are checked by CRC-32 when they are opened, which detects damage but not forgery: an attacker who can
 * change the files can also change the checksums next to them. A damaged graph is written again.
 * Not its concern: models, how sessions run.
 */
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { basename, join } from "node:path";
import { threadId } from "node:worker_threads";
import { crc32 } from "node:zlib";
import type { DerivedModel } from "../../onnx/runtime.ts";
import { readRegularFile } from "../disk/regular-file.ts";

const graphFile = "graph.onnx";
const weightsFile = "weights.bin";
const checksFile = "checks.json";
/** Version of the files above. */
const layout = 2;
/** Maximum number of graphs per model: for processors and versions that share a cache folder. */
const maximumKept = 3;
/** Age from which an unfinished graph is deleted, in milliseconds: longer than writing one takes. */
const abandonedMilliseconds = 3_600_000;
const blockBytes = 1 << 20;
const maximumChecksBytes = 4096;

/** Identity of the graph in a folder, against confusion; size in bytes and CRC-32, by file. */
interface Checks {
  readonly graph: string;
  readonly files: Readonly<Record<string, readonly [number, number]>>;
}

/**
 * Creates the options of a session that writes the optimised graph to `path`, with weights of at least 1 kB
 * in the file next to it.
 */
export const writingOptions = (path: string) => ({
  optimizedModelFilePath: path,
  session: {
    optimized_model_external_initializers_file_name: weightsFile,
    optimized_model_external_initializers_min_size_in_bytes: "1024",
  },
});

/** The graphs in one folder, written on one kind of machine by one version of the runtime. */
export interface ReadyGraphs {
  /** Finds the path of a model's optimised graph; undefined if there is none, or it is damaged. */
  find(model: DerivedModel): Promise<string | undefined>;
  /** Removes a model's graph, which could not be used. */
  discard(model: DerivedModel): Promise<void>;
  /**
   * Caches the graph that `write` writes to the given path, with its weights. Returns its result, or
   * undefined if it failed. It is not an error if a graph cannot be cached, for instance on a full disk.
   */
  keep<Result>(model: DerivedModel, write: (path: string) => Promise<Result>): Promise<Result | undefined>;
}

/** Opens the graphs in `folder`; `machine`: what an optimised graph depends on besides the model. */
export function openReadyGraphs(folder: string, machine: string): ReadyGraphs {
  let counter = 0;
  const getFolder = ({ name, sha256 }: DerivedModel): string => {
    const key = createHash("sha256")
      .update(JSON.stringify([layout, sha256, machine]))
      .digest("hex");
    return join(folder, `${name}-${key.slice(0, 32)}`);
  };
  return {
    async find(model) {
      const place = getFolder(model);
      const state = await check(place);
      if (state === "present") return join(place, graphFile);
      if (state === "damaged") await discard(place);
      return undefined;
    },
    discard: (model) => discard(getFolder(model)),
    async keep(model, write) {
      const place = getFolder(model);
      const staging = join(folder, `.${basename(place)}-${process.pid}-${threadId}-${counter++}`);
      let result: Awaited<ReturnType<typeof write>> | undefined;
      try {
        await mkdir(staging, { recursive: true });
        result = await write(join(staging, graphFile));
        const files = [graphFile, weightsFile].flatMap((name) => {
          const found = computeCheck(join(staging, name));
          return found ? [[name, found] as const] : [];
        });
        const checks: Checks = { graph: basename(place), files: Object.fromEntries(files) };
        await writeFile(join(staging, checksFile), JSON.stringify(checks));
        // Another process may have cached the same graph meanwhile.
        await rename(staging, place);
        await prune(folder, model.name);
      } catch {
        await discard(staging);
      }
      return result;
    },
  };
}

/** Describes everything on this machine that an optimised graph depends on: runtime, system and processor. */
export function describeMachine(runtimeVersion: string, features: readonly string[]): string {
  const model = cpus()[0]?.model ?? "";
  return JSON.stringify([runtimeVersion, process.platform, process.arch, model, features]);
}

async function discard(place: string): Promise<void> {
  await rm(place, { recursive: true, force: true }).catch(() => {});
}

async function check(place: string): Promise<"present" | "missing" | "damaged"> {
  const path = join(place, checksFile);
  try {
    const text = await readRegularFile(path, maximumChecksBytes);
    const { graph, files } = JSON.parse(text.toString("utf8")) as Checks;
    if (graph !== basename(place) || !files[graphFile]) return "damaged";
    for (const [name, [bytes, checksum]] of Object.entries(files)) {
      const found = computeCheck(join(place, name));
      if (!found || found[0] !== bytes || found[1] !== checksum) return "damaged";
    }
    return "present";
  } catch {
    return (await stat(place).catch(() => undefined)) ? "damaged" : "missing";
  }
}

/** Computes the size and CRC-32 of a file, a block at a time; undefined if there is none. */
function computeCheck(path: string): readonly [number, number] | undefined {
  let file: number;
  try {
    // Non-blocking, since opening a pipe would otherwise wait for a writer.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return undefined;
    const block = Buffer.allocUnsafe(Math.min(blockBytes, stats.size + 1));
    let [total, checksum] = [0, 0];
    for (;;) {
      const count = readSync(file, block);
      if (count === 0) return [total, checksum];
      total += count;
      checksum = crc32(block.subarray(0, count), checksum);
    }
  } finally {
    closeSync(file);
  }
}

/** Removes the oldest graphs of a model above the maximum, and unfinished files of killed processes. */
async function prune(folder: string, name: string): Promise<void> {
  const ages: { readonly path: string; readonly modified: number }[] = [];
  for (const entry of await readdir(folder)) {
    const path = join(folder, entry);
    const modified = (await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now();
    if (entry.startsWith(`${name}-`)) ages.push({ path, modified });
    else if (!entry.startsWith(".") || Date.now() - modified < abandonedMilliseconds) continue;
    else await rm(path, { recursive: true, force: true });
  }
  const old = ages.sort((a, b) => b.modified - a.modified).slice(maximumKept);
  for (const { path } of old) await rm(path, { recursive: true, force: true });
}
