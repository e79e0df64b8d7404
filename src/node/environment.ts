/** Options of functions in Node that take long, use the cache, or give warnings. */
import type { Device } from "../core/device.ts";
import type { WorkflowOptions } from "../workflow/environment.ts";
import type { CacheFolder } from "./disk/cache-folder.ts";

export type { Warning } from "../workflow/environment.ts";

/** Options of functions that use the cache. */
export interface EnvironmentOptions extends WorkflowOptions {
  /** Cache of weights and embeddings; default: `getCacheFolder`. */
  readonly cache?: CacheFolder | undefined;
  /** Device on which encoders run; default: the processor. */
  readonly device?: Device | undefined;
}
