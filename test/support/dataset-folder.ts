/** Folders of data sets with the files a test names, and their rows as text. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Dataset } from "../../src/dataset/dataset.ts";
import { createScratchFolder } from "./scratch-folder.ts";

/** Makes a folder with these files (content given, or their own names); returns its path. */
export async function arrange(
  ...files: (string | readonly [string, string | Uint8Array])[]
): Promise<string> {
  const folder = await createScratchFolder();
  for (const file of files) {
    const [name, content] = typeof file === "string" ? [file, file] : file;
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

export const describeRows = ({ recordings }: Dataset): string[] =>
  recordings.map(({ file, label, speaker, split }) => [file, label, speaker ?? "-", split].join(" | "));
