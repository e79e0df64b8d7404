/**
 * Builds a pretrained model's graph in the cache folder, once per precision and highest layer.
 *
 * Not its concern: model families, sessions.
 */
import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { ErrorRecord } from "../../core/error.ts";
import type { Checkpoint } from "../../encoder/pretrained/checkpoint/checkpoint.ts";
import { openCheckpoint } from "../../encoder/pretrained/checkpoint/open-checkpoint.ts";
import type { GraphOptions, PretrainedPlan } from "../../encoder/pretrained/pretrained-family.ts";
import { createGraphWriter, type GraphWriter } from "../../onnx/graph-writer.ts";
import { replaceFileAtomic, writeFileAtomic } from "../disk/atomic-write.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import { type FileSource, openFileSource } from "../disk/file-source.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import type { PretrainedFolder } from "./pretrained-folder.ts";

/** Small writes are buffered up to this many bytes. */
const bufferBytes = 1 << 20;

/** Length of a hash in hex. */
const hashBytes = 64;

/** Gets the path of a graph, by the hashes of its files and its options. */
export function getPretrainedGraphPath(
  root: string,
  plan: PretrainedPlan,
  sha256: Readonly<Record<string, string>>,
  { precision, throughLayer }: GraphOptions,
): string {
  return getGraphPath(root, plan.recipe, sha256, `${precision}-${throughLayer ?? plan.layers - 1}`);
}

/** Gets the path of a graph, by the hashes of its files, the recipe of its kind, and its name. */
export function getGraphPath(
  root: string,
  recipe: string,
  sha256: Readonly<Record<string, string>>,
  name: string,
): string {
  const identity = JSON.stringify([recipe, Object.entries(sha256).sort()]);
  const key = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  return join(root, key, `${name}.onnx`);
}

/** Gets the path of a graph's hash: a file with its SHA-256 in hex, written after the graph. */
export function getGraphHashPath(path: string): string {
  return `${path}.sha256`;
}

/** Compares a graph with the hash written next to it; a graph without a hash is incomplete. */
export async function checkPretrainedGraph(path: string): Promise<"present" | "missing" | "damaged"> {
  const expected = await readRegularFile(getGraphHashPath(path), hashBytes).then(
    (bytes) => bytes.toString("latin1"),
    () => undefined,
  );
  if (expected === undefined) return "missing";
  const found = await computeFileHash(path).catch(() => undefined);
  return found === undefined ? "missing" : found === expected ? "present" : "damaged";
}

/** Builds the graph, atomically, unless it is there. Returns a warning if it replaced a damaged one. */
export async function ensurePretrainedGraph(
  path: string,
  pretrained: PretrainedFolder,
  write: (graph: GraphWriter, checkpoint: Checkpoint) => Promise<void>,
): Promise<ErrorRecord | undefined> {
  const state = await checkPretrainedGraph(path);
  if (state === "present") return undefined;
  const hash = createHash("sha256");
  const sources: Record<string, FileSource> = {};
  try {
    for (const name of pretrained.weights)
      sources[name] = await openFileSource(join(pretrained.folder, name));
    const checkpoint = await openCheckpoint(sources);
    await replaceFileAtomic(path, async (staging) => {
      const handle = await open(staging, "w");
      try {
        const buffer = Buffer.allocUnsafe(bufferBytes);
        let filled = 0;
        const writeAll = async (bytes: Uint8Array) => {
          hash.update(bytes);
          for (let done = 0; done < bytes.length; ) {
            done += (await handle.write(bytes, done, bytes.length - done)).bytesWritten;
          }
        };
        const flush = async () => {
          await writeAll(buffer.subarray(0, filled));
          filled = 0;
        };
        const graph = createGraphWriter(async (bytes) => {
          if (filled + bytes.length > bufferBytes) await flush();
          if (bytes.length > bufferBytes) return writeAll(bytes);
          buffer.set(bytes, filled);
          filled += bytes.length;
        });
        await write(graph, checkpoint);
        await graph.finish();
        await flush();
      } finally {
        await handle.close();
      }
    });
    await writeFileAtomic(getGraphHashPath(path), hash.digest("hex"));
    if (state !== "damaged") return undefined;
    return {
      code: "weights-damaged",
      message: `${path}, built earlier from ${pretrained.folder}, was damaged: its SHA-256 differed from the recorded one. It was built again.`,
      hint: "If this happens repeatedly, check the disk; `golem encoders verify` checks all files.",
    };
  } finally {
    for (const source of Object.values(sources)) await source.close();
  }
}
