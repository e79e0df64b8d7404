/**
 * The golems of a server: they are loaded at the start, and again when their versions change; golems that are
 * added to a folder of golems are loaded as well.
 *
 * Not its concern: how one golem is replaced (golem-place.ts), the places of golems (golem-source.ts).
 */
import { GolemError } from "../core/error.ts";
import type { GolemSource, GolemSources, SourceOptions } from "../node/golem-source/golem-source.ts";
import { openGolemSources } from "../node/golem-source/open-golem-sources.ts";
import type { GolemPool } from "../node/threads/golem-pool.ts";
import { createGolemPlace, type GolemPlace, type ServedGolem } from "./golem-place.ts";
import { serverDefaults } from "./server-defaults.ts";

/** Called when a golem was replaced or added (`error` is undefined), or could not be. */
type ReloadListener = (id: string, error: unknown) => void;

interface WatchOptions extends SourceOptions {
  /** Seconds between checks of golems; 0: only by `check`. Default: that of `serverDefaults`. */
  readonly seconds?: number | undefined;
  readonly onReload: ReloadListener;
}

/** The golems of a server. */
export interface ServedGolems {
  /** Gets the ids of the golems found at the start and of those added since. */
  getIds(): readonly string[];
  /** Loads all; rejects with the first error. */
  load(options: SourceOptions): Promise<void>;
  /** Whether all golems found at the start are loaded. */
  isReady(): boolean;
  /** Throws `golem-not-found` for unknown ids, and `not-ready` before the golem is loaded. */
  get(id: string): ServedGolem;
  /** Gets all golems; throws `not-ready` before they are loaded. */
  list(): ServedGolem[];
  /**
   * Runs `work` with a golem that stays loaded until `work` has ended, even if it is replaced; rejects with
   * the errors of `get`.
   */
  use<T>(id: string, work: (golem: ServedGolem) => Promise<T>): Promise<T>;
  /** Starts to check for other versions, and to load those that are found. */
  watch(options: WatchOptions): void;
  /** Checks for other versions now; resolves when those that were found are loaded or rejected. */
  check(): Promise<void>;
  close(): Promise<void>;
}

interface Group {
  readonly sources: GolemSources;
  /** Names already reported as in use by the golem of another address. */
  readonly reportedNames: Set<string>;
}

/**
 * Creates the golems. The ids are the last parts of the addresses. Rejects with `invalid-option` if two are
 * the same, or an address has none, and with the errors of listing a folder of golems. `encoder` is the new
 * location of a golem's encoder, if it moved.
 */
export async function createServedGolems(
  addresses: readonly string[],
  pool: GolemPool,
  encoder: string | undefined,
  options: SourceOptions = {},
): Promise<ServedGolems> {
  const places = new Map<string, GolemPlace>();
  const createPlace = (source: GolemSource): GolemPlace =>
    createGolemPlace(source.name, source, pool, encoder);
  const groups = addresses.map(
    (address): Group => ({ sources: openGolemSources(address), reportedNames: new Set() }),
  );
  for (const { sources } of groups) {
    for (const source of await sources.list(options)) {
      checkName(places.get(source.name), source);
      places.set(source.name, createPlace(source));
    }
  }
  /** Golems that were added to a folder, until they are loaded. */
  const added = new Map<string, GolemPlace>();
  const timers = new Set<NodeJS.Timeout>();
  let watched: WatchOptions | undefined;
  let isClosed = false;
  let working: Promise<unknown> = Promise.resolve();

  const notify = (id: string, error: unknown): void => {
    if (!isClosed) watched?.onReload(id, error);
  };
  const reload = async (place: GolemPlace, onLoaded = (): void => {}): Promise<void> => {
    try {
      if (!(await place.reload(watched))) return;
      onLoaded();
      notify(place.id, undefined);
    } catch (error) {
      notify(place.id, error);
    }
  };
  const checkGroup = async ({ sources, reportedNames }: Group): Promise<void> => {
    const found = await sources.list(watched).catch((error: unknown) => notify(sources.address, error));
    for (const source of found ?? []) {
      const { name, address } = source;
      const place = places.get(name) ?? added.get(name);
      if (place && place.address !== address) {
        if (!reportedNames.has(name)) notify(name, createNameError(place, source));
        reportedNames.add(name);
      } else if (!place && !isClosed) added.set(name, createPlace(source));
      if (!added.has(name)) continue;
      const own = added.get(name)!;
      await reload(own, () => {
        added.delete(name);
        places.set(name, own);
      });
    }
    const own = new Set((found ?? []).map(({ address }) => address));
    for (const place of places.values()) if (own.has(place.address)) await reload(place);
  };
  const startTimer = (group: Group, seconds: number): void => {
    const timer = setTimeout(async () => {
      timers.delete(timer);
      const checking = checkGroup(group);
      working = Promise.all([working, checking]);
      await checking;
      if (!isClosed) startTimer(group, seconds);
    }, seconds * 1000);
    timer.unref();
    timers.add(timer);
  };

  return {
    getIds: () => [...places.keys()],
    async load(loadOptions) {
      for (const place of places.values()) await place.load(loadOptions);
    },
    isReady: () => [...places.values()].every((place) => place.isLoaded()),
    get: (id) => findPlace(places, id).get(),
    list: () => [...places.values()].map((place) => place.get()),
    use: async (id, work) => findPlace(places, id).use(work),
    watch(watchOptions) {
      watched = watchOptions;
      for (const group of groups) {
        const usual = group.sources.isRemote
          ? serverDefaults.remoteReloadSeconds
          : serverDefaults.reloadSeconds;
        const { seconds = usual } = watchOptions;
        if (seconds > 0) startTimer(group, seconds);
      }
    },
    async check() {
      const checking = Promise.all(groups.map(checkGroup));
      working = Promise.all([working, checking]);
      await checking;
    },
    async close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      for (const place of places.values()) place.close();
      await working;
    },
  };
}

function findPlace(places: ReadonlyMap<string, GolemPlace>, id: string): GolemPlace {
  const place = places.get(id);
  if (place) return place;
  const ids = [...places.keys()].join(", ");
  throw new GolemError("golem-not-found", `This server has no golem ${id}; expected one of ${ids}.`, {
    hint: "GET /v1/golems lists them.",
  });
}

function checkName(other: Pick<GolemPlace, "id" | "address"> | undefined, source: GolemSource): void {
  if (other) throw createNameError(other, source);
  if (source.name !== "") return;
  throw new GolemError("invalid-option", `${source.address} has no name; expected a golem's folder.`, {
    hint: "Name the folder of a golem.",
  });
}

function createNameError(
  { id, address }: Pick<GolemPlace, "id" | "address">,
  source: GolemSource,
): GolemError {
  return new GolemError(
    "invalid-option",
    `Two golems have the id ${id}: ${address} and ${source.address}; expected folders with different names.`,
    { hint: "Rename one of the folders." },
  );
}
