/** Defaults of queues, in a separate file so that help texts can read them without loading queues. */

/** Default settings of workers. */
export const queueDefaults = {
  /** Seconds without contact after which a worker's shard is given to another worker. */
  leaseSeconds: 60,
  /** Seconds in which a stopped worker may finish its shard; Kubernetes kills it after 30. */
  drainSeconds: 25,
  /** Maximum number of times that a shard is given to a worker. */
  tries: 3,
} as const;
