/**
 * Defaults of queues, which help texts read without loading queues.
 *
 * Not its concern: queues.
 */

/** How workers behave by default. */
export const queueDefaults = {
  /** Seconds for which a worker holds a shard without being heard of. */
  leaseSeconds: 60,
  /** Seconds to finish a shard when stopped; Kubernetes allows 30 before it kills. */
  drainSeconds: 25,
  /** Times a shard is given to a worker. */
  tries: 3,
} as const;
