/**
 * Runs synchronous code of decoders that write to the console, without that noise: errors come back as data, too.
 *
 * Not its concern: what runs.
 */

/** Runs `work` with console.error silenced. For synchronous work only: nothing else can print meanwhile. */
export function quietly<T>(work: () => T): T {
  const { error } = console;
  console.error = () => {};
  try {
    return work();
  } finally {
    console.error = error;
  }
}
