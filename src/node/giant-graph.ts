/**
 * Builds a giant's graph into the cache folder, once for each precision and cut.
 *
 * Must not know: model families, sessions.
 */
import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { openCheckpoint } from "../checkpoint/index.ts";
import { createGraphWriter, type GiantPlan, type GraphOptions } from "../giant/index.ts";
import { replaceFileAtomic } from "./atomic-write.ts";
import { type FileSource, openFileSource } from "./file-source.ts";
import type { GiantFolder } from "./giant-folder.ts";

/** Small writes are gathered up to this many bytes. */
const bufferBytes = 1 << 20;

/** Where a graph is kept: by what it was made of and how. */
export function getGiantGraphPath(
  root: string,
  plan: GiantPlan,
  sha256: Readonly<Record<string, string>>,
  { precision, throughLayer }: GraphOptions,
): string {
  const identity = JSON.stringify([plan.recipe, Object.entries(sha256).sort()]);
  const key = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  return join(root, key, `${precision}-${throughLayer ?? plan.layers - 1}.onnx`);
}

/** Builds the graph unless the file is there. The file appears whole or not at all. */
export async function ensureGiantGraph(
  path: string,
  plan: GiantPlan,
  giant: GiantFolder,
  options: GraphOptions,
): Promise<void> {
  const size = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > 0) return;
  const sources: Record<string, FileSource> = {};
  try {
    for (const name of giant.weights) sources[name] = await openFileSource(join(giant.folder, name));
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
