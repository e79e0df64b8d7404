/**
 * The golems a server answers for: loaded at the start, and again when their folders are replaced. The old one answers until the new
 * one is loaded and checked; a new one that is damaged changes nothing.
 *
 * Not its concern: HTTP.
 */
import { stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { GolemError } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { GolemDocument } from "../golem/golem-document.ts";
import { golemFiles } from "../golem/golem-model.ts";
import { readGolemFiles } from "../node/disk/golem-folder.ts";
import { type GolemPool, type LoadableGolem, shareGolemFiles } from "../node/threads/golem-pool.ts";

/** Milliseconds between looks at the folders. */
const lookMilliseconds = 1000;
/** Times that a folder is read which changes meanwhile. */
const attempts = 5;

/** A golem that answers. */
export interface ServedGolem extends LoadableGolem {
  readonly id: string;
  readonly document: GolemDocument;
}

/** What happens to golems while they are served. */
type ReloadEncoderSet = (id: string, error: unknown) => void;

/** The golems of a server. */
export interface ServedGolems {
  readonly ids: readonly string[];
  /** Loads all; rejects with the first error. */
  load(options: WorkOptions): Promise<void>;
  isReady(): boolean;
  /** Rejects unknown ids with `golem-not-found`, all with `not-ready` before they are loaded. */
  get(id: string): ServedGolem;
  list(): ServedGolem[];
  /** Runs `work` with a golem that stays loaded meanwhile, whatever happens to its folder. */
  use<T>(id: string, work: (golem: ServedGolem) => Promise<T>): Promise<T>;
  /** Looks at the folders from now on; `onReload` gets undefined for a golem that was replaced, the error for one that was not. */
  watch(onReload: ReloadEncoderSet): void;
  close(): Promise<void>;
}

interface Place {
  readonly id: string;
  readonly folder: string;
  current?: { readonly golem: ServedGolem; users: number; isOld: boolean };
  /** Of the folder's state that was last looked at, loaded or not. */
  signature: string;
}

/**
 * Ids are the names of the folders; throws `invalid-option` when two golems have one name, or a name is no use in an address.
 * `encoder`: where a golem's encoder is now, if it moved.
 */
export function createServedGolems(
  folders: readonly string[],
  pool: GolemPool,
  encoder: string | undefined,
): ServedGolems {
  const places = new Map<string, Place>();
  for (const folder of folders) {
    const path = resolve(folder);
    const id = basename(path);
    const other = places.get(id);
    if (other || id === "") {
      throw new GolemError(
        "invalid-option",
        other
          ? `Two golems are called ${id}: ${other.folder} and ${path}; expected folders of different names.`
          : `${path} has no name; expected a golem's folder.`,
        { hint: "Rename one of the folders." },
      );
    }
    places.set(id, { id, folder: path, signature: "" });
  }
  let counter = 0;
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> = Promise.resolve();

  const release = (held: NonNullable<Place["current"]>): void => {
    if (--held.users === 0 && held.isOld && !isClosed) {
      void pool.forget(held.golem.version).catch(() => {});
    }
  };

  /** Loads what is in a folder now and lets it answer. */
  const loadPlace = async (place: Place, options: WorkOptions): Promise<void> => {
    const files = shareGolemFiles(await readWhole(place));
    const { document, encoderSet } = await pool.examine(files, { ...options, encoder });
    const golem: ServedGolem = {
      id: place.id,
      version: `${place.id} ${counter++}`,
      ...{ files, document, encoderSet },
    };
    await pool.load(golem).catch(async (error: unknown) => {
      await pool.forget(golem.version).catch(() => {});
      throw error;
    });
    const old = place.current;
    // A use of its own keeps it loaded until it is replaced.
    place.current = { golem, users: 1, isOld: false };
    if (old) {
      old.isOld = true;
      release(old);
    }
  };

  const look = async (onReload: ReloadEncoderSet): Promise<void> => {
    for (const place of places.values()) {
      const signature = await readSignature(place.folder);
      // A folder that is not there may be about to be; the golem in memory is as good as before.
      if (isClosed || signature === undefined || signature === place.signature) continue;
      try {
        await loadPlace(place, {});
        onReload(place.id, undefined);
      } catch (error) {
        place.signature = signature;
        if (!isClosed) onReload(place.id, error);
      }
    }
  };

  const find = (id: string): Place => {
    const place = places.get(id);
    if (place) return place;
    throw new GolemError(
      "golem-not-found",
      `There is no golem ${id} here; there is ${[...places.keys()].join(", ")}.`,
      {
        hint: "GET /v1/golems lists them.",
      },
    );
  };

  const getCurrent = (id: string): NonNullable<Place["current"]> => {
    const { current } = find(id);
    if (current) return current;
    throw new GolemError("not-ready", `The golem ${id} is still being loaded.`, {
      hint: "GET /readyz tells when it is ready.",
    });
  };

  const isReady = (): boolean => [...places.values()].every(({ current }) => current !== undefined);

  return {
    ids: [...places.keys()],
    async load(options) {
      for (const place of places.values()) await loadPlace(place, options);
    },
    isReady,
    get: (id) => getCurrent(id).golem,
    list: () => [...places.keys()].map((id) => getCurrent(id).golem),
    async use(id, work) {
      const held = getCurrent(id);
      held.users++;
      try {
        return await work(held.golem);
      } finally {
        release(held);
      }
    },
    watch(onReload) {
      const next = (): void => {
        timer = setTimeout(() => {
          looking = look(onReload).finally(() => {
            if (!isClosed) next();
          });
        }, lookMilliseconds);
        timer.unref();
      };
      next();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

/** Reads a folder's files, all of one state of it. */
async function readWhole(place: Place) {
  for (let attempt = 1; ; attempt++) {
    const before = await readSignature(place.folder);
    const files = await readGolemFiles(place.folder);
    const after = await readSignature(place.folder);
    if ((before === after && after !== undefined) || attempt === attempts) {
      place.signature = after ?? "";
      return files;
    }
  }
}

/** Changes whenever the folder, or a file in it that counts, is another one or written to; undefined while there is none. */
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
