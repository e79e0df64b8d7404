/** Prints which recordings were left out and why. */
import type { SkippedRecording } from "../../dataset/dataset.ts";
import type { Terminal } from "../terminal.ts";

const shown = 10;

/** Prints the recordings left out, at most ten in full. */
export function reportSkipped(skipped: readonly SkippedRecording[], terminal: Terminal): void {
  if (skipped.length === 0) return;
  terminal.print(`${skipped.length} ${skipped.length === 1 ? "recording was" : "recordings were"} left out:`);
  for (const { code, message } of skipped.slice(0, shown)) terminal.print(`  [${code}] ${message}`);
  if (skipped.length > shown) terminal.print(`  and ${skipped.length - shown} more (see --json)`);
}
