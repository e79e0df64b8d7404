/**
 * Options of everything in Node that works for long, touches the cache, or has something to warn about.
 *
 * Not its concern: what the work is.
 */
import type { ErrorRecord } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { CacheFolder } from "./disk/cache-folder.ts";

/** A warning: something that did not stop the work but that the user should know. */
export type Warning = ErrorRecord & { readonly file?: string };

/** Options of everything that touches the cache. */
export interface EnvironmentOptions extends WorkOptions {
  /** Where weights and embeddings are kept; see `getCacheFolder`. */
  readonly cache?: CacheFolder | undefined;
  readonly onWarning?: ((warning: Warning) => void) | undefined;
}
