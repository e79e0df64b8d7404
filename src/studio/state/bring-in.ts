/**
 * Imports recordings and golems: dropped files and folders, zip files, the gallery.
 *
 * Not its concern: screens.
 */
import { signal } from "@preact/signals";
import { GolemError } from "../../core/error.ts";
import type { Caller } from "../../core/worker-calls.ts";
import { getExtension } from "../../dataset/recording-name.ts";
import type { Segment } from "../../dataset/segment.ts";
import { createWorkerCaller } from "../../web/worker-calls.ts";
import { type FoundFile, type FoundRecording, nameOriginal, understandFiles } from "../data/found-files.ts";
import type { Task } from "../data/task.ts";
import { describeError } from "../words/failures.ts";
import { words } from "../words/language.ts";
import type { PackCalls } from "../workers/pack-worker.ts";
import { keepFiles, type NewFile } from "./keep.ts";
import { learn } from "./learning.ts";
import { tell } from "./notice.ts";
import { deleteTask, openTask } from "./open-task.ts";
import { announce } from "./other-pages.ts";
import { go } from "./route.ts";
import { addClasses, changeTask, createTask, getShelf, task } from "./tasks.ts";
import { keepUnowned } from "./tidying.ts";
import { isStorageFull, saveOrHold } from "./unsaved.ts";

/** Files read and files in all, while an import is running. */
export const reading = signal<readonly [done: number, all: number] | undefined>(undefined);

/** Recordings per database transaction. */
const batchSize = 20;

let packer: Caller<PackCalls> | undefined;

/** The worker that packs and unpacks zip files. */
export function getPacker(): Caller<PackCalls> {
  packer ??= createWorkerCaller<PackCalls>(
    new Worker(new URL("../workers/pack-worker.ts", import.meta.url), { type: "module" }),
  );
  return packer;
}

/** The files in a zip file. */
async function unpack(bytes: Uint8Array, sha256?: string): Promise<FoundFile[]> {
  const files = await getPacker()
    .call("unpack", { bytes, sha256 })
    .catch((error: unknown) => {
      if (error instanceof GolemError && error.code !== "unexpected") throw error;
      throw new GolemError("unreadable", "The file is no zip file, or it is damaged.", { cause: error });
    });
  return Object.entries(files).map(([path, contents]) => ({ path, read: async () => contents }));
}

/** Unpacks a single zip file; other files stay as they are. */
async function openZips(files: readonly FoundFile[]): Promise<readonly FoundFile[]> {
  const [only] = files;
  return files.length === 1 && /\.zip$/i.test(only!.path) ? unpack(await only!.read()) : files;
}

/** Adds files to the open task; files without a label become recordings of `label`. */
export async function addFiles(files: readonly FoundFile[], label: string | undefined): Promise<void> {
  const open = task.value;
  if (!open || files.length === 0) return;
  await tellErrors(async () => {
    const found = await understandFiles(await openZips(files), open.name);
    if (found.kind === "golem") return openGolem(found.name, found.files);
    if (found.kind === "project") return openProject(found.name, found.files);
    await keepFound(open, found.recordings, label, found.leftOut);
  });
}

/** Opens files as a new task. */
export async function openFiles(files: readonly FoundFile[], name: string): Promise<void> {
  if (files.length === 0) return;
  await tellErrors(async () => {
    const found = await understandFiles(await openZips(files), name.replace(/\.zip$/i, ""));
    if (found.kind === "golem") return openGolem(found.name, found.files);
    if (found.kind === "project") return openProject(found.name, found.files);
    const made = await createTask(found.name, []);
    await openTask(made.id);
    go({ screen: "record", task: made.id });
    await keepFound(made, found.recordings, undefined, found.leftOut);
  });
}

/** Opens a project as a new task: recordings, order and classes, golem, settings. */
async function openProject(name: string, files: ReadonlyMap<string, FoundFile>): Promise<void> {
  const { parseProject, projectFile, projectGolem } = await import("../data/project.ts");
  const { decodeKeptGolem } = await import("../data/kept-golem.ts");
  const project = parseProject(await files.get(projectFile)!.read());
  const kept: Record<string, Uint8Array> = {};
  for (const [path, { read }] of files) {
    if (path.startsWith(projectGolem)) kept[path.slice(projectGolem.length)] = await read();
  }
  if (project.golem) decodeKeptGolem(kept);
  const { golem, threshold, augment } = project;
  const made = await createFilledTask(project.name || name, project.classes, async (id) => {
    await changeTask(() => ({ threshold, augment }), id);
    if (golem) await (await getShelf()).putGolem(id, { ...golem, files: kept });
  });
  await openTask(made.id);
  go({ screen: golem ? "result" : "record", task: made.id });
  const there = project.recordings.flatMap(({ file, ...own }) => {
    const found = files.get(file);
    return found ? [{ ...own, file: found, path: file, extension: getExtension(file) || "wav" }] : [];
  });
  await keepFound(made, there, undefined);
}

async function openGolem(name: string, files: Readonly<Record<string, FoundFile>>): Promise<void> {
  const contents: Record<string, Uint8Array> = {};
  for (const [file, { read }] of Object.entries(files)) contents[file] = await read();
  const { checkStudioEncoders, decodeKeptGolem } = await import("../data/kept-golem.ts");
  const model = decodeKeptGolem(contents);
  checkStudioEncoders(model);
  const { labels, evaluation } = model.document;
  const score = evaluation ? { score: evaluation.balancedAccuracy } : {};
  const { addTraining } = await import("../data/training-history.ts");
  const history = addTraining([], undefined, model, Date.now());
  const kept = { files: contents, seconds: 0, mark: "", ...score, history };
  const made = await createFilledTask(name, labels, async (id) => (await getShelf()).putGolem(id, kept));
  announce(made.id);
  await openTask(made.id);
  go({ screen: "try", task: made.id });
}

/** Creates a task and fills it; if there is no room for what it is filled with, nothing of it stays. */
async function createFilledTask(
  name: string,
  classes: readonly string[],
  fill: (id: string) => Promise<void>,
): Promise<Task> {
  const made = await createTask(name, classes);
  await fill(made.id).catch(async (error: unknown) => {
    await deleteTask(made.id);
    throw error;
  });
  return made;
}

/** "sound 2" comes before "sound 10". */
const inNaturalOrder = new Intl.Collator(undefined, { numeric: true }).compare;

async function keepFound(
  owner: Task,
  found: readonly (FoundRecording & { readonly original?: string | undefined; readonly path?: string })[],
  label: string | undefined,
  leftOut = 0,
): Promise<void> {
  const fallback = label ?? owner.classes[0] ?? words.value.home.untitled;
  const named = [...new Set(found.map((one) => one.label ?? fallback))].filter(
    (name) => !owner.classes.includes(name),
  );
  const cut = createSegmentReader(found);
  /** The first that is not saved yet. */
  let next = 0;
  let afterEnd = 0;
  const save = async () => {
    let added = 0;
    reading.value = [next, found.length];
    try {
      if (next === 0 && named.length > 0) await addClasses(named.sort(inNaturalOrder), owner.id);
      while (next < found.length) {
        const part = found.slice(next, next + batchSize);
        const files: NewFile[] = [];
        for (const { file, path, label: own = fallback, segment, ...rest } of part) {
          // Recordings of a project keep the original name they had, or none.
          const original = path === undefined ? nameOriginal({ file, segment }) : rest.original;
          const bytes = segment ? await cut(file, segment) : await file.read();
          if (bytes) files.push({ ...rest, bytes, label: own, file: path, original });
        }
        await keepFiles(owner, files);
        next += part.length;
        added += files.length;
        afterEnd += part.length - files.length;
        reading.value = [next, found.length];
      }
    } finally {
      reading.value = undefined;
    }
    const unused = leftOut + afterEnd;
    tell({
      text: () => {
        const { record } = words.value;
        return record.added(added) + (unused > 0 ? ` ${record.annotationsLeftOut(unused)}` : "");
      },
    });
  };
  await saveOrHold({ owner: owner.id, count: () => found.length - next, save });
}

/** Reads stretches of long recordings; each of these is decoded once. Null for a stretch after the end. */
function createSegmentReader(found: readonly FoundRecording[]) {
  const cut = new Map<FoundFile, Promise<Map<Segment, Uint8Array | null>>>();
  const cutFile = async (file: FoundFile): Promise<Map<Segment, Uint8Array | null>> => {
    const segments = found.flatMap((own) => (own.file === file && own.segment ? [own.segment] : []));
    const sound = file.blob ?? (await file.read());
    const sounds = await getPacker().call("cut", { sound, name: file.path, segments });
    return new Map(segments.map((segment, i) => [segment, sounds[i] ?? null]));
  };
  return async (file: FoundFile, segment: Segment): Promise<Uint8Array | null> => {
    let sounds = cut.get(file);
    if (!sounds) {
      sounds = cutFile(file);
      cut.set(file, sounds);
    }
    return (await sounds).get(segment) ?? null;
  };
}

/** Tasks of the gallery. */
export type DemoName = "words" | "voice" | "drums" | "banking";

/** Opens a copy of a task of the gallery. */
export async function openDemo(name: DemoName): Promise<void> {
  const w = words.value;
  if (name === "voice") {
    const made = await createTask(w.home.demos.voice.name, w.record.exampleNames);
    await openTask(made.id);
    go({ screen: "record", task: made.id });
    return;
  }
  await tellErrors(async () => {
    const list = await fetchSite("gallery/gallery.json");
    const all = (await list.json()) as Record<string, GalleryFile & { readonly embeddings?: GalleryFile }>;
    const entry = all[name];
    if (!entry) throw new Error(w.errors.notThere);
    const files = await unpack(await fetchGallery(entry), entry.sha256);
    await keepUnowned(async () => {
      // Without them the recordings are embedded as any others are.
      if (entry.embeddings) await keepEmbeddings(entry.embeddings).catch(() => {});
      await openFiles(files, w.home.demos[name].name);
    });
    const open = task.value;
    if (!entry.embeddings || !open) return;
    // Varied copies would need the networks first.
    await changeTask(() => ({ augment: "none" }));
    go({ screen: "result", task: open.id });
    await learn({ isAtOnce: true });
  });
}

/** A file of the gallery, as its list names it. */
interface GalleryFile {
  readonly file: string;
  readonly sha256: string;
}

async function fetchGallery({ file }: GalleryFile): Promise<Uint8Array> {
  return new Uint8Array(await (await fetchSite(`gallery/${file}`)).arrayBuffer());
}

async function keepEmbeddings(entry: GalleryFile): Promise<void> {
  await getPacker().call("embeddings", { bytes: await fetchGallery(entry), sha256: entry.sha256 });
}

async function fetchSite(path: string): Promise<Response> {
  const response = await fetch(new URL(path, document.baseURI));
  if (!response.ok) throw new Error(words.value.errors.notThere);
  return response;
}

async function tellErrors(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const text = () => `${words.value.errors.open}. ${describeError(error)}`;
    const retry = { name: () => words.value.retry, run: () => void tellErrors(work) };
    tell({ text, isError: true, ...(isStorageFull(error) ? { action: retry } : {}) });
  }
}
