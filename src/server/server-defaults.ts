/** Default address and limits of a server; help texts show them too. */

/** Defaults of `ServerOptions`. */
export const serverDefaults = {
  port: 8080,
  host: "127.0.0.1",
  /** Maximum size of a body, in bytes. */
  maximumBodyBytes: 64 * 1024 * 1024,
  /**
   * Maximum size of the body of a long recording, in bytes: three hours of 24-bit stereo at 48 kHz take 3.1
   * GB.
   */
  maximumStreamBytes: 4 * 1024 * 1024 * 1024,
  /** Maximum duration of a long recording, in seconds. */
  maximumStreamSeconds: 12 * 3600,
  /**
   * Maximum number of samples decoded from one recording, counting all channels: half an hour in
   * stereo at 48 kHz takes 173 million.
   */
  maximumSamples: 256 * 1024 * 1024,
  /** Maximum number of files in one form. */
  maximumFiles: 64,
  /** Maximum number of requests waiting or in progress. */
  queue: 64,
  /** Maximum number of long recordings and live streams at a time. */
  streams: 16,
  /** The share of the queue, and of the streams, that one client may use. */
  clientShare: 0.5,
  /** Seconds without samples after which a live stream is ended. */
  idleSeconds: 60,
  /** Seconds between checks for other versions of golems: on this machine, and on others. */
  reloadSeconds: 1,
  remoteReloadSeconds: 60,
  /** Seconds for which a stopping server continues to accept requests, while `/readyz` answers 503. */
  drainSeconds: 0,
  /** Seconds that a request may take once its body has arrived. */
  timeoutSeconds: 120,
} as const;
