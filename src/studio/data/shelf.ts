/**
 * The shelf: tasks, recordings, embeddings and golems, kept on this machine in the browser's database.
 *
 * A recording and its sound are written in one transaction, so neither exists without the other. What is
 * stored is changed, never replaced by what a page remembers: several pages may be open on one shelf.
 * Not its concern: how anything is recorded, embedded or shown.
 */
import { getResult, openDatabase, readStores, type StoreName, writeStores } from "./database.ts";
import { findFreeName, type KeptRecording, type Task, type TrainingEntry } from "./task.ts";

/** The golem of a task: its files by name. */
export interface KeptGolem {
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Seconds that training took. */
  readonly seconds: number;
  /** Identifies the recordings that it was trained on: `computeDataMark`. */
  readonly mark: string;
  /** Its held-out score, where it has one. */
  readonly score?: number | undefined;
  /** The trainings of the task, oldest first. */
  readonly history?: readonly TrainingEntry[] | undefined;
}

/** What is on the shelf, without sounds, embeddings and golems. */
export interface ShelfIndex {
  readonly tasks: readonly Task[];
  /** Of all tasks. */
  readonly recordings: readonly KeptRecording[];
  /** Store keys of the embeddings. */
  readonly keys: readonly string[];
}

/** Access to everything kept; one per page, one per worker. */
export interface Shelf {
  listTasks(): Promise<Task[]>;
  putTask(task: Task): Promise<void>;
  /** Changes a task as it is stored now; resolves with the result, undefined if it is gone. */
  changeTask(id: string, change: (stored: Task) => Task): Promise<Task | undefined>;
  /** Deletes its recordings, sounds and golem too. */
  deleteTask(id: string): Promise<void>;
  countRecordings(task: string): Promise<number>;
  /** In their order. */
  listRecordings(task: string): Promise<KeptRecording[]>;
  /**
   * Resolves when recordings and sounds are on the disk, with the recordings as stored: one whose file name
   * another page has taken gets a free one. Nothing is written to a deleted task.
   */
  putRecordings(
    recordings: readonly { recording: KeptRecording; sound: Uint8Array }[],
  ): Promise<readonly KeptRecording[]>;
  /** Changes the given fields of recordings that are still there, not their sounds. */
  updateRecordings(changes: readonly (Partial<KeptRecording> & Pick<KeptRecording, "id">)[]): Promise<void>;
  deleteRecordings(ids: readonly string[]): Promise<void>;
  /** The bytes of a recording; undefined where none has that id. */
  getSound(id: string): Promise<Uint8Array | undefined>;
  getGolem(task: string): Promise<KeptGolem | undefined>;
  putGolem(task: string, golem: KeptGolem): Promise<void>;
  /** Embeddings by store key, in the order of the keys. */
  getEmbeddings(keys: readonly string[]): Promise<(Uint8Array | undefined)[]>;
  /** Whether there is an embedding of each key. */
  hasEmbeddings(keys: readonly string[]): Promise<boolean[]>;
  putEmbeddings(values: readonly { key: string; bytes: Uint8Array }[]): Promise<void>;
  /** Removes the embeddings that `pick` names; no recording can come in between. */
  removeEmbeddings(pick: (index: ShelfIndex) => readonly string[]): Promise<void>;
}

/** Opens the shelf. */
export async function openShelf(): Promise<Shelf> {
  const database = await openDatabase();
  const read = <Value>(name: StoreName, ask: (store: IDBObjectStore) => IDBRequest<Value>) =>
    readStores(database, [name], (get) => getResult(ask(get(name))));
  return {
    async listTasks() {
      const tasks = await read<Task[]>("tasks", (store) => store.getAll());
      return tasks.sort((a, b) => b.created - a.created);
    },
    putTask: (task) => writeStores(database, ["tasks"], (get) => get("tasks").put(task, task.id)),
    async changeTask(id, change) {
      let changed: Task | undefined;
      await writeStores(database, ["tasks"], (get) => {
        const store = get("tasks");
        const stored = store.get(id) as IDBRequest<Task | undefined>;
        stored.onsuccess = () => {
          if (!stored.result) return;
          changed = change(stored.result);
          store.put(changed, id);
        };
      });
      return changed;
    },
    async deleteTask(id) {
      const recordings = await read("recordings", (store) => listOf(store, id));
      await writeStores(database, ["tasks", "recordings", "sounds", "golems"], (get) => {
        get("tasks").delete(id);
        get("golems").delete(id);
        for (const recording of recordings) {
          get("recordings").delete(recording.id);
          get("sounds").delete(recording.id);
        }
      });
    },
    countRecordings: (task) =>
      read("recordings", (store) => store.index("task").count(IDBKeyRange.only(task))),
    async listRecordings(task) {
      const recordings = await read("recordings", (store) => listOf(store, task));
      return recordings.sort((a, b) => a.order - b.order);
    },
    putRecordings: (all) => putRecordings(database, all),
    updateRecordings: (changes) =>
      writeStores(database, ["recordings"], (get) => {
        const store = get("recordings");
        for (const change of changes) {
          const stored = store.get(change.id) as IDBRequest<KeptRecording | undefined>;
          stored.onsuccess = () => {
            if (stored.result) store.put({ ...stored.result, ...change }, change.id);
          };
        }
      }),
    deleteRecordings: (ids) =>
      writeStores(database, ["recordings", "sounds"], (get) => {
        for (const id of ids) {
          get("recordings").delete(id);
          get("sounds").delete(id);
        }
      }),
    getSound: (id) => read<Uint8Array | undefined>("sounds", (store) => store.get(id)),
    getGolem: (task) => read<KeptGolem | undefined>("golems", (store) => store.get(task)),
    putGolem: (task, golem) => writeStores(database, ["golems"], (get) => get("golems").put(golem, task)),
    getEmbeddings: (keys) =>
      readStores(database, ["hearings"], (get) => {
        const store = get("hearings");
        return Promise.all(keys.map((key) => getResult<Uint8Array | undefined>(store.get(key))));
      }),
    hasEmbeddings: (keys) =>
      readStores(database, ["hearings"], (get) => {
        const store = get("hearings");
        return Promise.all(keys.map(async (key) => (await getResult(store.getKey(key))) !== undefined));
      }),
    putEmbeddings: (values) =>
      writeStores(database, ["hearings"], (get) => {
        for (const { key, bytes } of values) get("hearings").put(bytes, key);
      }),
    removeEmbeddings: (pick) =>
      writeStores(database, ["tasks", "recordings", "hearings"], (get) => {
        const tasks: IDBRequest<Task[]> = get("tasks").getAll();
        const recordings: IDBRequest<KeptRecording[]> = get("recordings").getAll();
        const keys = get("hearings").getAllKeys() as IDBRequest<string[]>;
        // Requests are answered in their order.
        keys.onsuccess = () => {
          const index = { tasks: tasks.result, recordings: recordings.result, keys: keys.result };
          for (const key of pick(index)) get("hearings").delete(key);
        };
      }),
  };
}

const listOf = (store: IDBObjectStore, task: string) =>
  store.index("task").getAll(IDBKeyRange.only(task)) as IDBRequest<KeptRecording[]>;

async function putRecordings(
  database: IDBDatabase,
  all: Parameters<Shelf["putRecordings"]>[0],
): Promise<readonly KeptRecording[]> {
  const stored: KeptRecording[] = [];
  const [first] = all;
  if (!first) return stored;
  await writeStores(database, ["tasks", "recordings", "sounds"], (get) => {
    const owner = get("tasks").getKey(first.recording.task);
    owner.onsuccess = () => {
      if (owner.result === undefined) return;
      const there = listOf(get("recordings"), first.recording.task);
      there.onsuccess = () => {
        const taken = new Set(there.result.map(({ file }) => file));
        for (const { recording, sound } of all) {
          const own = { ...recording, file: findFreeName(recording, taken) };
          taken.add(own.file);
          stored.push(own);
          get("recordings").put(own, own.id);
          get("sounds").put(sound, own.id);
        }
      };
    };
  });
  return stored;
}
