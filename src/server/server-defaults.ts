/**
 * Where and within which limits a server answers that is not told otherwise.
 *
 * Not its concern: anything; help texts are made of it too.
 */

/** Defaults of `ServerOptions`. */
export const serverDefaults = {
  port: 8080,
  host: "127.0.0.1",
  /** Largest body taken. */
  maximumBodyBytes: 64 * 1024 * 1024,
  /** Largest body that is heard while it arrives: three hours of 24-bit stereo at 48 kHz take 3.1 GB. */
  maximumStreamBytes: 4 * 1024 * 1024 * 1024,
  /** Longest recording that is heard while it arrives, in seconds. */
  maximumStreamSeconds: 12 * 3600,
  /** Most files in one form. */
  maximumFiles: 64,
  /** Most requests waiting or at work. */
  queue: 64,
  /** Most long recordings and live streams listened to at a time. */
  streams: 16,
  /** The part of the queue, and of the streams, that one client may take. */
  clientShare: 0.5,
  /** Seconds without samples after which a live stream is ended. */
  idleSeconds: 60,
  /** Longest a request may take, in seconds, once its body is there. */
  timeoutSeconds: 120,
} as const;
