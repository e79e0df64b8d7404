/**
 * A served golem: it is loaded, and loaded again when its version changes. The old golem is used until the
 * new one is loaded and checked; a damaged new one is ignored.
 *
 * Not its concern: which golems are served, when to check for another version (served-golems.ts).
 */
import { GolemError } from "../core/error.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import type { GolemSource, SourceOptions } from "../node/golem-source/golem-source.ts";
import type { LoadableGolem } from "../node/threads/golem-calls.ts";
import { type GolemPool, shareGolemFiles } from "../node/threads/golem-pool.ts";

/** A golem in use. */
export interface ServedGolem extends LoadableGolem {
  readonly id: string;
  readonly document: GolemDocument;
}

/** One served golem, whose version may be replaced. */
export interface GolemPlace {
  readonly id: string;
  readonly address: string;
  isLoaded(): boolean;
  /** Gets the current golem; throws `not-ready` before the first one is loaded. */
  get(): ServedGolem;
  /** Runs `work` with the current golem; it stays loaded until `work` has ended, even if it is replaced. */
  use<T>(work: (golem: ServedGolem) => Promise<T>): Promise<T>;
  /** Loads the present version; if that fails, the old golem stays in use. */
  load(options: SourceOptions): Promise<void>;
  /**
   * Loads the golem if its version has changed since it was last loaded or rejected; resolves to whether it
   * was loaded. Only one call runs at a time: calls in the meantime resolve to false.
   */
  reload(options?: SourceOptions): Promise<boolean>;
  /** From now on, replaced golems stay in the pool, which is about to be closed. */
  close(): void;
}

/** A loaded golem and the number of its uses: by requests, and by its place while it is the current golem. */
interface HeldGolem {
  readonly golem: ServedGolem;
  users: number;
  isReplaced: boolean;
}

/** Creates the place without loading the golem. `encoder`: its encoder's new location, if moved. */
export function createGolemPlace(
  id: string,
  source: GolemSource,
  pool: GolemPool,
  encoder: string | undefined,
): GolemPlace {
  let current: HeldGolem | undefined;
  /** The version that was last loaded or rejected. */
  let known = "";
  let loads = 0;
  let isReloading = false;
  let isClosed = false;

  const getCurrent = (): HeldGolem => {
    if (current) return current;
    throw new GolemError("not-ready", `The golem ${id} is still being loaded.`, {
      hint: "GET /readyz answers with 200 once it is ready.",
    });
  };
  const release = (held: HeldGolem): void => {
    if (--held.users === 0 && held.isReplaced && !isClosed) {
      void pool.forget(held.golem.version).catch(() => {});
    }
  };
  const replace = (golem: ServedGolem): void => {
    const old = current;
    current = { golem, users: 1, isReplaced: false };
    if (!old) return;
    old.isReplaced = true;
    release(old);
  };

  const load = async (options: SourceOptions): Promise<void> => {
    const read = await source.read(options);
    known = read.version;
    const files = shareGolemFiles(read.files);
    const { document, encoderSet, device, warnings } = await pool.examine(files, { ...options, encoder });
    for (const warning of warnings ?? []) options.onWarning?.(warning);
    const version = `${id} ${loads++}`;
    const golem: ServedGolem = { id, version, files, document, encoderSet, device };
    await pool.load(golem).catch(async (error: unknown) => {
      await pool.forget(version).catch(() => {});
      throw error;
    });
    replace(golem);
  };

  const reload = async (options: SourceOptions): Promise<boolean> => {
    const found = await source.readVersion(options);
    // A golem may be missing while it is replaced; the golem in memory stays in use.
    if (isClosed || found === undefined || found === known) return false;
    try {
      await load(options);
      return true;
    } catch (error) {
      known = found;
      throw error;
    }
  };

  return {
    ...{ id, address: source.address },
    isLoaded: () => current !== undefined,
    get: () => getCurrent().golem,
    async use(work) {
      const held = getCurrent();
      held.users++;
      try {
        return await work(held.golem);
      } finally {
        release(held);
      }
    },
    load,
    async reload(options = {}) {
      if (isReloading) return false;
      isReloading = true;
      try {
        return await reload(options);
      } finally {
        isReloading = false;
      }
    },
    close() {
      isClosed = true;
    },
  };
}
