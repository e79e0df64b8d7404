/**
 * Builds a pretrained model's graph into the cache folder, once per precision and cut.
 *
 * Not its concern: model families, sessions.
 */
import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { openCheckpoint } from "../../encoder/pretrained/checkpoint/open-checkpoint.ts";
import type { GraphOptions, PretrainedPlan } from "../../encoder/pretrained/pretrained-family.ts";
import { createGraphWriter } from "../../onnx/graph-writer.ts";
import { replaceFileAtomic } from "../disk/atomic-write.ts";
import { type FileSource, openFileSource } from "../disk/file-source.ts";
import type { PretrainedFolder } from "./pretrained-folder.ts";

/** Small writes are buffered up to this many bytes. */
const bufferBytes = 1 << 20;

/** Path of a graph, by the hashes of its files and its options. */
export function getPretrainedGraphPath(
  root: string,
  plan: PretrainedPlan,
  sha256: Readonly<Record<string, string>>,
  { precision, throughLayer }: GraphOptions,
): string {
  const identity = JSON.stringify([plan.recipe, Object.entries(sha256).sort()]);
  const key = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  return join(root, key, `${precision}-${throughLayer ?? plan.layers - 1}.onnx`);
}

/** Builds the graph unless its file exists. The file is written atomically. */
export async function ensurePretrainedGraph(
  path: string,
  plan: PretrainedPlan,
  pretrained: PretrainedFolder,
  options: GraphOptions,
): Promise<void> {
  const size = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > 0) return;
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
        await plan.write(graph, checkpoint, options);
        await graph.finish();
        await flush();
      } finally {
        await handle.close();
      }
    });
  } finally {
    for (const source of Object.values(sources)) await source.close();
  }
}
