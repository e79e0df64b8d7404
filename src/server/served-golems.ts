/**
 * The golems that a server answers for: loaded at the start, and again when their folders are replaced.
 *
 * Not its concern: HTTP, how one golem is replaced (see golem-place.ts).
 */
import { basename, resolve } from "node:path";
import { GolemError } from "../core/error.ts";
import type { WorkOptions } from "../core/progress.ts";
import type { GolemPool } from "../node/threads/golem-pool.ts";
import { createGolemPlace, type GolemPlace, type ServedGolem } from "./golem-place.ts";

/** Milliseconds between checks of the folders. */
const checkMilliseconds = 1000;

/** Called when a golem was replaced (`error` is undefined) or its replacement was refused. */
type ReloadListener = (id: string, error: unknown) => void;

/** The golems of a server. */
export interface ServedGolems {
  readonly ids: readonly string[];
  /** Loads all; rejects with the first error. */
  load(options: WorkOptions): Promise<void>;
  isReady(): boolean;
  /** Throws `golem-not-found` for unknown ids, and `not-ready` before the golem is loaded. */
  get(id: string): ServedGolem;
  /** All golems; throws `not-ready` before they are loaded. */
  list(): ServedGolem[];
  /**
   * Runs `work` with a golem that stays loaded until `work` has ended, whatever happens to its folder;
   * rejects as `get` throws.
   */
  use<T>(id: string, work: (golem: ServedGolem) => Promise<T>): Promise<T>;
  /** Starts checking the folders, and reloads those that change. */
  watch(onReload: ReloadListener): void;
  close(): Promise<void>;
}

/**
 * The ids are the names of the folders. Throws `invalid-option` if two are the same, or a folder has none.
 * `encoder` says where a golem's encoder is now, if it moved.
 */
export function createServedGolems(
  folders: readonly string[],
  pool: GolemPool,
  encoder: string | undefined,
): ServedGolems {
  const places = createPlaces(folders, pool, encoder);
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  let checking: Promise<void> = Promise.resolve();

  const check = async (onReload: ReloadListener): Promise<void> => {
    for (const place of places.values()) {
      try {
        if (await place.reload()) onReload(place.id, undefined);
      } catch (error) {
        if (!isClosed) onReload(place.id, error);
      }
    }
  };
  const find = (id: string): GolemPlace => {
    const place = places.get(id);
    if (place) return place;
    const ids = [...places.keys()].join(", ");
    throw new GolemError("golem-not-found", `There is no golem ${id} here; there is ${ids}.`, {
      hint: "GET /v1/golems lists them.",
    });
  };

  return {
    ids: [...places.keys()],
    async load(options) {
      for (const place of places.values()) await place.load(options);
    },
    isReady: () => [...places.values()].every((place) => place.isLoaded()),
    get: (id) => find(id).get(),
    list: () => [...places.values()].map((place) => place.get()),
    use: async (id, work) => find(id).use(work),
    watch(onReload) {
      const next = (): void => {
        timer = setTimeout(() => {
          checking = check(onReload).finally(() => {
            if (!isClosed) next();
          });
        }, checkMilliseconds);
        timer.unref();
      };
      next();
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      for (const place of places.values()) place.close();
      await checking;
    },
  };
}

function createPlaces(folders: readonly string[], pool: GolemPool, encoder: string | undefined) {
  const places = new Map<string, GolemPlace>();
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
    places.set(id, createGolemPlace(id, path, pool, encoder));
  }
  return places;
}
