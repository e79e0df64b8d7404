/**
 * Options of everything in Node that runs for long, uses the cache, or has warnings.
 *
 * Not its concern: the work itself.
 */
import type { Device } from "../core/device.ts";
import type { WorkflowOptions } from "../workflow/environment.ts";
import type { CacheFolder } from "./disk/cache-folder.ts";

export type { Warning } from "../workflow/environment.ts";

/** Options of everything that uses the cache. */
export interface EnvironmentOptions extends WorkflowOptions {
  /** Where weights and embeddings are kept; see `getCacheFolder`. */
  readonly cache?: CacheFolder | undefined;
  /** What encoders run on; default the processor. */
  readonly device?: Device | undefined;
}
