/**
 * Keeps WebAssembly decoders from writing errors to the console; they also return them as data.
 *
 * Not its concern: which decoder runs.
 */

/** Runs synchronous `work` with console.error silenced, so that nothing else can print meanwhile. */
export function withSilentConsole<T>(work: () => T): T {
  const { error } = console;
  console.error = () => {};
  try {
    return work();
  } finally {
    console.error = error;
  }
}
