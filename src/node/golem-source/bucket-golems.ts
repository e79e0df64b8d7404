/**
 * Golems in an S3 bucket: one golem under a prefix, or one in each folder under it. The version combines the
 * versions of all its files, so a golem is read again after each uploaded file until it is complete.
 *
 * Not its concern: the protocol of S3 (object-store/s3-store.ts).
 */
import { GolemError } from "../../core/error.ts";
import { golemFileLimits, golemFiles } from "../../golem/golem-files.ts";
import type { GolemFiles } from "../disk/golem-folder.ts";
import { type ObjectStore, readObject, type StoredObject } from "../object-store/object-store.ts";
import { openObjectStore } from "../object-store/open-store.ts";
import {
  checkGolemCount,
  checkHashesStated,
  type GolemSource,
  type GolemSources,
  type SourceOptions,
} from "./golem-source.ts";

/** Maximum number of objects under a prefix. */
const maximumObjects = 10_000;
const parts = ["document", "tensors", "training", "text"] as const;
const partNames: ReadonlySet<string> = new Set(parts.map((part) => golemFiles[part]));

/** Opens s3://BUCKET/PREFIX without a request. */
export function openBucketGolems(address: string): GolemSources {
  let opened: Promise<ObjectStore> | undefined;
  const open = (): Promise<ObjectStore> => {
    opened ??= openObjectStore(address);
    return opened;
  };
  return {
    address,
    isRemote: true,
    async list(options) {
      const store = await open();
      const golems = (await listFiles(store, "", options)).filter(({ key }) =>
        key.endsWith(golemFiles.document),
      );
      if (golems.some(({ key }) => key === golemFiles.document)) return [createBucketSource(store, "")];
      const folders = golems.map(({ key }) => key.slice(0, -golemFiles.document.length));
      checkGolemCount(store.address, folders.length);
      if (folders.length === 0) throw createMissing(store.address);
      return folders.map((folder) => createBucketSource(store, folder));
    },
  };
}

function createBucketSource(store: ObjectStore, folder: string): GolemSource {
  const address = `${store.address}/${folder}`.replace(/\/$/, "");
  const describe = async (options?: SourceOptions): Promise<string | undefined> => {
    const files = (await listFiles(store, folder, options)).filter(({ key }) =>
      partNames.has(key.slice(folder.length)),
    );
    if (!files.some(({ key }) => key === folder + golemFiles.document)) return undefined;
    return files.map(({ key, version }) => `${key.slice(folder.length)} ${version}`).join(" ");
  };
  return {
    address,
    name: address.slice(address.lastIndexOf("/") + 1),
    readVersion: describe,
    async read(options) {
      const version = await describe(options);
      if (version === undefined) throw createMissing(address);
      const read = (part: (typeof parts)[number]) =>
        readObject(store, folder + golemFiles[part], golemFileLimits[part], options);
      const hasText = ` ${version}`.includes(` ${golemFiles.text} `);
      const files: GolemFiles = {
        document: await read("document"),
        tensors: await read("tensors"),
        training: await read("training"),
        ...(hasText ? { text: await read("text") } : {}),
      };
      checkHashesStated(files, address);
      return { files, version };
    },
  };
}

/** Lists the golem files directly under a folder, and those in its direct subfolders. */
async function listFiles(
  store: ObjectStore,
  folder: string,
  options?: SourceOptions,
): Promise<StoredObject[]> {
  const files: StoredObject[] = [];
  let count = 0;
  for await (const object of store.list(folder, options)) {
    if (++count > maximumObjects) {
      throw new GolemError(
        "invalid-option",
        `${store.address} contains more than ${maximumObjects} objects; expected a golem's folder or a folder of golems.`,
        { hint: "Name a prefix that contains only golems." },
      );
    }
    const path = object.key.slice(folder.length).split("/");
    if (path.length <= 2 && partNames.has(path.at(-1)!)) files.push(object);
  }
  return files;
}

function createMissing(address: string): GolemError {
  return new GolemError(
    "golem-not-found",
    `There is no golem at ${address}: no ${golemFiles.document} in it or in its direct subfolders.`,
    {
      hint: "Upload a folder written by `golem train --out`.",
    },
  );
}
