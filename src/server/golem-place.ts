/**
 * One golem's folder while it is served: loaded, and loaded again when the folder is replaced. The old golem
 * answers until the new one is loaded and checked; a damaged new one changes nothing.
 *
 * Not its concern: HTTP, which other golems are served, when the folder is checked.
 */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { GolemError } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import { golemFiles } from "../golem/golem-model.ts";
import { readGolemFiles } from "../node/disk/golem-folder.ts";
import { type GolemPool, type LoadableGolem, shareGolemFiles } from "../node/threads/golem-pool.ts";

/** Most times that a folder which changes while it is read is read again. */
const maximumAttempts = 5;

/** A golem that answers. */
export interface ServedGolem extends LoadableGolem {
  readonly id: string;
  readonly document: GolemDocument;
}

/** The folder of one golem. */
export interface GolemPlace {
  readonly id: string;
  readonly folder: string;
  isLoaded(): boolean;
  /** The golem that answers now; throws `not-ready` before the first one is loaded. */
  get(): ServedGolem;
  /**
   * Runs `work` with the golem that answers now; it stays loaded until `work` has ended, whatever the folder
   * does.
   */
  use<T>(work: (golem: ServedGolem) => Promise<T>): Promise<T>;
  /** Loads the folder as it is now; if that rejects, the old golem goes on answering. */
  load(options: WorkOptions): Promise<void>;
  /**
   * Loads the folder if it changed since it was last loaded or refused; resolves to whether it was loaded.
   */
  reload(): Promise<boolean>;
  /** From now on golems that are replaced stay in the pool, which is about to be closed. */
  close(): void;
}

/** A loaded golem, with the number of its users: requests, and its place while it is the one that answers. */
interface HeldGolem {
  readonly golem: ServedGolem;
  users: number;
  isReplaced: boolean;
}

/** Creates the place; it loads nothing yet. `encoder` says where the golem's encoder is now, if it moved. */
export function createGolemPlace(
  id: string,
  folder: string,
  pool: GolemPool,
  encoder: string | undefined,
): GolemPlace {
  let current: HeldGolem | undefined;
  /** State of the folder that was last loaded or refused. */
  let signature = "";
  let versions = 0;
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

  const load = async (options: WorkOptions): Promise<void> => {
    const read = await readWhole(folder);
    signature = read.signature;
    const files = shareGolemFiles(read.files);
    const { document, encoderSet } = await pool.examine(files, { ...options, encoder });
    const version = `${id} ${versions++}`;
    const golem: ServedGolem = { id, version, files, document, encoderSet };
    await pool.load(golem).catch(async (error: unknown) => {
      await pool.forget(version).catch(() => {});
      throw error;
    });
    replace(golem);
  };

  return {
    ...{ id, folder },
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
    async reload() {
      const found = await readSignature(folder);
      // A folder that is missing may be about to come back; the golem in memory is as good as before.
      if (isClosed || found === undefined || found === signature) return false;
      try {
        await load({});
        return true;
      } catch (error) {
        signature = found;
        throw error;
      }
    },
    close() {
      isClosed = true;
    },
  };
}

/** Reads a folder's files, all in one state of it, with the signature of that state. */
async function readWhole(folder: string) {
  for (let attempt = 1; ; attempt++) {
    const before = await readSignature(folder);
    const files = await readGolemFiles(folder);
    const after = await readSignature(folder);
    if ((before === after && after !== undefined) || attempt === maximumAttempts) {
      return { files, signature: after ?? "" };
    }
  }
}

/**
 * Changes when the folder, or a file in it that matters, is replaced or written to; undefined while there is
 * none.
 */
async function readSignature(folder: string): Promise<string | undefined> {
  const describe = async (path: string): Promise<string> => {
    const info = await stat(path).catch(() => undefined);
    return info ? `${info.ino} ${info.size} ${info.mtimeMs}` : "missing";
  };
  const own = await stat(folder).catch(() => undefined);
  if (!own) return undefined;
  const needed = [golemFiles.document, golemFiles.tensors, golemFiles.training];
  const parts = await Promise.all(needed.map((name) => describe(join(folder, name))));
  return [own.ino, ...parts].join(" ");
}
