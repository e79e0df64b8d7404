/** Golems in local folders: one golem, or a folder with a golem in each of its subfolders. */
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { golemFiles } from "../../golem/golem-files.ts";
import { readGolemFiles } from "../disk/golem-folder.ts";
import { checkGolemCount, type GolemSource, type GolemSources } from "./golem-source.ts";

/** Maximum number of times that a folder is read if it changes meanwhile. */
const maximumAttempts = 5;

/** Opens a folder. A folder without golems is treated as a golem; reading it reports the missing files. */
export function openFolderGolems(address: string): GolemSources {
  const folder = resolve(address);
  return {
    address: folder,
    isRemote: false,
    async list() {
      if (await isGolem(folder)) return [createFolderSource(folder)];
      const names = await readdir(folder).catch(() => []);
      const golems: string[] = [];
      // Names that begin with a dot are not golems, but for example folders that are being replaced.
      for (const name of names.filter((one) => !one.startsWith(".")).sort()) {
        if (await isGolem(join(folder, name))) golems.push(join(folder, name));
      }
      checkGolemCount(folder, golems.length);
      return golems.length === 0 ? [createFolderSource(folder)] : golems.map(createFolderSource);
    },
  };
}

async function isGolem(folder: string): Promise<boolean> {
  return (await stat(join(folder, golemFiles.document)).catch(() => undefined))?.isFile() === true;
}

function createFolderSource(folder: string): GolemSource {
  return {
    address: folder,
    name: basename(folder),
    readVersion: () => readSignature(folder),
    async read() {
      for (let attempt = 1; ; attempt++) {
        const before = await readSignature(folder);
        const files = await readGolemFiles(folder);
        const after = await readSignature(folder);
        if ((before === after && after !== undefined) || attempt === maximumAttempts) {
          return { files, version: after ?? "" };
        }
      }
    },
  };
}

/**
 * Returns a text that changes when the folder, or a golem file in it, is replaced or written to; undefined if
 * there is no golem.
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
