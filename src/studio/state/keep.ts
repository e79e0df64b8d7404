/**
 * Saves recordings to the shelf, deletes and renames them.
 *
 * Not its concern: screens, microphones.
 */
import { batch } from "@preact/signals";
import { encodeWav } from "../../audio/wav-writer.ts";
import { type KeptRecording, nameRecording, shortName, type Task } from "../data/task.ts";
import { computePeaks } from "../sound/peaks.ts";
import { words } from "../words/language.ts";
import { chooseClass, chosenClass, wantedCount } from "./choice.ts";
import { embedAll } from "./embedding.ts";
import { tell } from "./notice.ts";
import { announce } from "./other-pages.ts";
import { addClasses, embedResults, getShelf, recordings, task } from "./tasks.ts";
import { tidyLater } from "./tidying.ts";
import { saveOrHold } from "./unsaved.ts";

/** A file to save. */
export interface NewFile {
  readonly bytes: Uint8Array;
  readonly label: string;
  /** File extension, without the dot. */
  readonly extension: string;
  /** Its path in the data set, where it has one already. */
  readonly file?: string | undefined;
  /** Its name where it comes from, without its folder. */
  readonly original?: string | undefined;
  readonly speaker?: string | undefined;
  readonly origin?: KeptRecording["origin"] | undefined;
  /** The longer recording that it was cut from, if its name shows that. */
  readonly source?: string | undefined;
  readonly split?: KeptRecording["split"] | undefined;
}

/**
 * Saves a take of the microphone, in the place of `replaced` if given; resolves when it is on the disk and
 * shown, or held in memory because there is no room.
 */
export async function keepTake(
  label: string,
  samples: Float32Array,
  sampleRate: number,
  replaced?: KeptRecording,
): Promise<void> {
  const open = task.value;
  if (!open) return;
  const bytes = encodeWav(samples, sampleRate, "pcm16");
  const recording = await describe(open, { bytes, label, extension: "wav" }, recordings.value);
  const made = {
    recording: {
      ...recording,
      ...(replaced ? { order: replaced.order } : {}),
      seconds: samples.length / sampleRate,
      peaks: computePeaks(samples),
    },
    sound: bytes,
  };
  await keepOrHold(open.id, [made], replaced);
}

/**
 * Puts pieces of a recording, samples at `sampleRate`, in its place, and offers to undo that. Several pieces
 * have one source, so that no test separates them.
 */
export async function replaceByPieces(
  parent: KeptRecording,
  pieces: readonly Float32Array[],
  sampleRate: number,
): Promise<void> {
  const open = task.value;
  const sound = await (await getShelf()).getSound(parent.id);
  if (!open || !sound || pieces.length === 0) return;
  const { label, speaker, origin, split, order } = parent;
  const name = shortName(parent);
  const source = pieces.length > 1 ? (parent.source ?? name) : parent.source;
  const there = [...recordings.value];
  const made: { recording: KeptRecording; sound: Uint8Array }[] = [];
  for (const [i, samples] of pieces.entries()) {
    const bytes = encodeWav(samples, sampleRate, "pcm16");
    const original = pieces.length > 1 ? `${name} ${i + 1}.wav` : `${name}.wav`;
    const file = { bytes, label, extension: "wav", original, speaker, origin, source, split };
    const described = await describe(open, file, there);
    there.push(described);
    const own = { order: order + i / pieces.length, seconds: samples.length / sampleRate };
    made.push({ recording: { ...described, ...own, peaks: computePeaks(samples) }, sound: bytes });
  }
  if (!(await keepOrHold(open.id, made, parent))) return;
  tell({
    text: () => words.value.edit.replaced(pieces.length),
    action: {
      name: () => words.value.undo,
      run: async () => {
        await keep(open.id, [{ recording: parent, sound }]);
        await remove(made.map(({ recording }) => recording));
      },
    },
  });
}

/** Saves files for any task. Rejects with `store-failed` if there is no room. */
export async function keepFiles(owner: Task, files: readonly NewFile[]): Promise<void> {
  const shelf = await getShelf();
  const there = [...(await shelf.listRecordings(owner.id))];
  const made: { recording: KeptRecording; sound: Uint8Array }[] = [];
  for (const file of files) {
    const recording = await describe(owner, file, there);
    there.push(recording);
    made.push({ recording, sound: file.bytes });
  }
  await keep(owner.id, made);
}

async function describe(
  owner: Task,
  { bytes, label, extension, file, original, speaker, origin, source, split }: NewFile,
  there: readonly KeptRecording[],
): Promise<KeptRecording> {
  const taken = new Set(there.map(({ file }) => file));
  let number = there.filter((one) => one.label === label).length + 1;
  while (taken.has(nameRecording(label, number, extension))) number++;
  return {
    id: crypto.randomUUID(),
    task: owner.id,
    label,
    file: file !== undefined && !taken.has(file) ? file : nameRecording(label, number, extension),
    ...(original === undefined ? {} : { original }),
    ...(speaker === undefined ? {} : { speaker }),
    ...(origin === undefined ? {} : { origin }),
    ...(source === undefined ? {} : { source }),
    ...(split === undefined ? {} : { split }),
    seconds: 0,
    peaks: new Uint8Array(0),
    hash: await computeHash(bytes),
    order: 1 + there.reduce((most, { order }) => Math.max(most, order), 0),
  };
}

/** The SHA-256 of bytes, in hexadecimal digits. */
export async function computeHash(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function keep(
  owner: string,
  made: readonly { recording: KeptRecording; sound: Uint8Array }[],
): Promise<void> {
  const added = await (await getShelf()).putRecordings(made);
  announce(owner);
  if (task.value?.id !== owner) return;
  const all = new Map([...recordings.value, ...added].map((recording) => [recording.id, recording]));
  recordings.value = [...all.values()].sort((a, b) => a.order - b.order);
  // A class that another page has renamed or removed meanwhile is there again.
  const { classes } = task.value;
  const missing = added.map(({ label }) => label).filter((label) => !classes.includes(label));
  if (missing.length > 0) await addClasses(missing);
  void embedAll();
}

/** Saves recordings, and deletes the one that they replace; both are done later if there is no room now. */
function keepOrHold(
  owner: string,
  made: readonly { recording: KeptRecording; sound: Uint8Array }[],
  replaced?: KeptRecording,
): Promise<boolean> {
  const save = async () => {
    await keep(owner, made);
    if (replaced) await remove([replaced]);
  };
  return saveOrHold({ owner, count: () => made.length, save });
}

/** Deletes recordings, and offers to undo that. */
export async function deleteRecordings(gone: readonly KeptRecording[]): Promise<void> {
  const shelf = await getShelf();
  const sounds = await Promise.all(gone.map(({ id }) => shelf.getSound(id)));
  await remove(gone);
  tell({
    text: () => words.value.record.deleted(gone.length),
    action: {
      name: () => words.value.undo,
      run: () => {
        const back = gone.flatMap((recording, i) => (sounds[i] ? [{ recording, sound: sounds[i] }] : []));
        void keepOrHold(gone[0]!.task, back);
      },
    },
  });
}

async function remove(gone: readonly KeptRecording[]): Promise<void> {
  const ids = new Set(gone.map(({ id }) => id));
  await (await getShelf()).deleteRecordings([...ids]);
  tidyLater(task.value?.id);
  if (gone[0]) announce(gone[0].task);
  batch(() => {
    recordings.value = recordings.value.filter(({ id }) => !ids.has(id));
    embedResults.value = new Map([...embedResults.value].filter(([id]) => !ids.has(id)));
  });
}

/** Renames a class, on its recordings too. */
export async function renameClass(from: string, to: string): Promise<void> {
  const open = task.value;
  if (!open) return;
  const shelf = await getShelf();
  const own = recordings.value.filter(({ label }) => label === from);
  await shelf.updateRecordings(own.map(({ id }) => ({ id, label: to })));
  const renamed = await shelf.changeTask(open.id, (stored) => ({
    ...stored,
    classes: [...new Set(stored.classes.map((name) => (name === from ? to : name)))],
  }));
  announce(open.id);
  if (!renamed || task.value?.id !== open.id) return;
  batch(() => {
    if (chosenClass.value === from) chooseClass(to, wantedCount.value);
    task.value = renamed;
    recordings.value = recordings.value.map((one) => (one.label === from ? { ...one, label: to } : one));
  });
}

/** Moves a recording to another class, and offers to undo that. */
export async function moveRecording({ id, label: from }: KeptRecording, to: string): Promise<void> {
  const owner = task.value?.id;
  if (owner === undefined) return;
  const move = async (label: string) => {
    await (await getShelf()).updateRecordings([{ id, label }]);
    announce(owner);
    recordings.value = recordings.value.map((one) => (one.id === id ? { ...one, label } : one));
  };
  await move(to);
  tell({
    text: () => words.value.record.moved(to),
    action: { name: () => words.value.undo, run: () => void move(from) },
  });
}
