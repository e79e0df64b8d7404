/**
 * Files dropped on the page or chosen in a dialog, including those in folders.
 *
 * Not its concern: what they are.
 */
import type { FoundFile } from "./found-files.ts";

/** Files of an input element; of a folder, with their paths in it. */
export function listChosen(files: FileList): FoundFile[] {
  return [...files].map((file) => wrap(file.webkitRelativePath || file.name, file));
}

/** Dropped files and folders. Has to be called during the event; the files can be read later. */
export async function listDropped(transfer: DataTransfer): Promise<FoundFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const found: FoundFile[] = [];
  for (const entry of entries) await walk(entry, "", found);
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: FoundFile[]): Promise<void> {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push(wrap(path, file));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) await walk(one, `${path}/`, found);
  }
}

function wrap(path: string, file: File): FoundFile {
  return { path, blob: file, read: async () => new Uint8Array(await file.arrayBuffer()) };
}
