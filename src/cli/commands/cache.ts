/** `golem cache [stats|clear]`: the cached embeddings and transcripts. */
import { GolemError } from "../../core/error.ts";
import { clearCache, getCacheStats } from "../../node/disk/cache-account.ts";
import { getCacheFolder } from "../../node/disk/cache-folder.ts";
import type { CacheOutput } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [action = "stats"]: [string?],
  _options: CommonOptions,
  terminal: Terminal,
): Promise<number> {
  const folder = getCacheFolder().embeddings;
  if (action !== "stats" && action !== "clear") {
    throw new GolemError("usage", `There is no action '${action}'; expected stats or clear.`);
  }
  const stats = action === "clear" ? await clearCache(folder) : await getCacheStats(folder);
  terminal.printJson(action === "clear" ? { cleared: stats } : (stats satisfies CacheOutput));
  const { entries, transcripts } = stats;
  const content = `${entries - transcripts} embeddings${transcripts > 0 ? ` and ${transcripts} transcripts` : ""}`;
  terminal.printResult(
    `${action === "clear" ? "Removed " : ""}${content}, ${(stats.bytes / 1e6).toFixed(1)} MB, in ${stats.folder}`,
  );
  return 0;
}
