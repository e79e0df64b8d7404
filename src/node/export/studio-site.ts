/**
 * The studio as a static site: the built page, the weights of its encoder set, the library for exported
 * pages, the tasks of the gallery, each with its hash.
 *
 * Not its concern: servers, the terminal.
 */
import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { type Zippable, zipSync } from "fflate";
import { formatCsvRow } from "../../core/csv-row.ts";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import type { WorkOptions } from "../../core/progress.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import {
  defaultEncoderId,
  defaultEncoderIds,
  getEncoderDefinition,
  getTranscriberDefinition,
} from "../../encoder/registry.ts";
import { fliteFile } from "../../synth/flite.ts";
import { demos } from "../data/demo-data.ts";
import { writeFileAtomic } from "../disk/atomic-write.ts";
import { type CacheFolder, getCacheFolder } from "../disk/cache-folder.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import { getPackagePath } from "../disk/package-place.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import { getWeightsFolder, pullWeights } from "../models/encoder-weights.ts";
import { pullFliteProgram } from "../synth/flite-program.ts";
import { listWebLibrary } from "./golem-web.ts";

/** One file of the site, on disk or in memory. */
export type SiteFile = { readonly path: string } | { readonly bytes: Uint8Array };

/** Files by their address in the site, without a leading slash. */
export type StudioSite = ReadonlyMap<string, SiteFile>;

interface StudioSiteOptions extends WorkOptions {
  readonly cache?: CacheFolder | undefined;
  /** Called if a task of the gallery or the voices are not available; the site omits them. */
  readonly onWarning?: ((warning: { code: string; message: string; hint: string }) => void) | undefined;
}

/** Tasks of the gallery with recordings. */
const galleryNames = ["words", "drums", "banking"] as const;
/** Tasks whose test part is small enough to be included. */
const withTest: readonly string[] = ["words"];

/** Tasks with stored embeddings of their recordings, so that training starts at once. */
const withEmbeddings: readonly string[] = ["words"];

/** A file of the gallery, in its list. */
interface GalleryFile {
  readonly file: string;
  readonly sha256: string;
}

const builtPage = getPackagePath("dist", "studio");

/**
 * Gathers the site; missing weights and recordings are downloaded. Rejects with `unexpected` if it is not
 * built, and with download errors.
 */
export async function gatherStudioSite(options: StudioSiteOptions = {}): Promise<StudioSite> {
  const { cache = getCacheFolder(), signal, onWarning } = options;
  const site = new Map<string, SiteFile>(await getBuiltPages());
  // Only `golem review` serves it.
  site.delete("review.html");
  const encoderSets = [
    ...defaultEncoderIds.map(getEncoderDefinition),
    ...[getTranscriberDefinition(defaultEncoderId)].filter((one) => one !== undefined),
  ];
  for (const definition of encoderSets) {
    throwIfAborted(signal);
    await pullWeights(definition, { ...options, cache });
    for (const { name } of definition.weights?.files ?? []) {
      const path = join(getWeightsFolder(definition, cache), name);
      site.set(`weights/${definition.info.id}/${name}`, { path });
    }
  }
  await addWebLibrary(site);
  const offer = async (what: string, add: () => Promise<void>): Promise<void> => {
    try {
      await add();
    } catch (error) {
      throwIfAborted(signal);
      if (!(error instanceof GolemError)) throw error;
      onWarning?.({ code: error.code, message: `${what}: ${error.message}`, hint: error.hint });
    }
  };
  await offer("The studio has no synthetic voices", async () => {
    site.set(`voices/${fliteFile.name}`, { path: await pullFliteProgram({ ...options, cache }) });
  });
  const gallery: Record<string, GalleryFile & { embeddings?: GalleryFile }> = {};
  for (const name of galleryNames) {
    await offer(`The gallery has no ${name}`, async () => {
      const bytes = await packDemo(await demos[name]!.load({ ...options, cache }), withTest.includes(name));
      site.set(`gallery/${name}.zip`, { bytes });
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      gallery[name] = { file: `${name}.zip`, sha256 };
      if (!withEmbeddings.includes(name)) return;
      const path = getPackagePath("demo", name, "embeddings.zip");
      const file = `${name}-embeddings.zip`;
      site.set(`gallery/${file}`, { path });
      gallery[name].embeddings = { file, sha256: await computeFileHash(path) };
    });
  }
  site.set("gallery/gallery.json", { bytes: new TextEncoder().encode(JSON.stringify(gallery)) });
  return site;
}

/** Gets the built pages and the files they load, without weights. Rejects with `unexpected` if not built. */
async function getBuiltPages(): Promise<StudioSite> {
  const site = new Map<string, SiteFile>();
  for (const path of await listFiles(builtPage)) {
    site.set(relative(builtPage, path).split(sep).join("/"), { path });
  }
  if (site.has("index.html")) return site;
  throw new GolemError("unexpected", `The studio is not built: there is no page in ${builtPage}.`, {
    hint: "Run `npm run build`.",
  });
}

/** Gets the pages of `golem review`: `review.html`, also at the bare address. Rejects as `getBuiltPages`. */
export async function getReviewPages(): Promise<StudioSite> {
  const pages = new Map(await getBuiltPages());
  pages.set("index.html", pages.get("review.html")!);
  return pages;
}

/** Adds the library for exported golems and a list of its files; files of the page are not duplicated. */
async function addWebLibrary(site: Map<string, SiteFile>): Promise<void> {
  const list: Record<string, { address: string; sha256: string }> = {};
  for (const [name, path] of await listWebLibrary()) {
    const sha256 = await computeFileHash(path);
    const own = site.get(`ort/${name}`);
    const isThere = own && "path" in own && (await computeFileHash(own.path)) === sha256;
    const address = isThere ? `ort/${name}` : `web/${name}`;
    site.set(address, isThere ? own : { path });
    list[name] = { address, sha256 };
  }
  site.set("web/files.json", { bytes: new TextEncoder().encode(JSON.stringify(list)) });
}

/**
 * Writes the site into a folder, which is created; other files in it are not touched. Each file is written
 * atomically, and lists and the page are written after the files they name, so an existing site works at any
 * time.
 */
export async function writeStudioSite(
  site: StudioSite,
  folder: string,
  { signal, onProgress }: WorkOptions = {},
): Promise<void> {
  let completed = 0;
  const getTurn = (address: string): number =>
    address === "index.html" ? 2 : address.endsWith(".json") ? 1 : 0;
  const ordered = [...site].sort(([a], [b]) => getTurn(a) - getTurn(b));
  for (const [address, file] of ordered) {
    throwIfAborted(signal);
    await writeFileAtomic(join(folder, ...address.split("/")), await readSiteFile(file));
    onProgress?.({ stage: "writing the site", completed: ++completed, total: site.size });
  }
}

/** Maximum size of a file of a site, in bytes: a published model. */
const maximumSiteFileBytes = 2 ** 31 - 1;

/** Reads the contents of a file of the site. */
export async function readSiteFile(file: SiteFile): Promise<Uint8Array> {
  return "bytes" in file ? file.bytes : readRegularFile(file.path, maximumSiteFileBytes);
}

/** Gets a version that changes with the contents of a file. */
export async function getSiteFileTag(address: string, file: SiteFile): Promise<string> {
  if ("bytes" in file) {
    const known = tags.get(file.bytes) ?? createHash("sha256").update(file.bytes).digest("base64url");
    tags.set(file.bytes, known);
    return known;
  }
  const { size, mtimeMs } = await stat(file.path);
  return createHash("sha256").update(`${address} ${size} ${mtimeMs}`).digest("base64url");
}

/** Versions of contents in memory. */
const tags = new WeakMap<Uint8Array, string>();

async function listFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const paths = names.map((name) => join(folder, name)).sort();
  const infos = await Promise.all(paths.map((path) => stat(path)));
  return paths.filter((_, i) => infos[i]!.isFile());
}

/**
 * Packs the training recordings, and with `hasTest` the test recordings, as a zip for the studio and
 * `golem train`; the same recordings always give the same bytes.
 */
async function packDemo({ recordings }: Dataset, hasTest: boolean): Promise<Uint8Array> {
  const files: Zippable = {};
  const rows = [hasTest ? "file_name,label,split" : "file_name,label"];
  for (const recording of recordings) {
    if (recording.split === "test" && !hasTest) continue;
    const source = await recording.open();
    try {
      const folder = hasTest ? `${recording.split}/${recording.label}` : recording.label;
      const file = `${folder}/${recording.file.split("/").at(-1)}`;
      files[file] = await source.read(0, source.byteLength);
      const { label, speaker, split } = recording;
      rows.push(
        formatCsvRow([file, label, ...(hasTest ? [split] : []), ...(speaker === undefined ? [] : [speaker])]),
      );
    } finally {
      await source.close();
    }
  }
  const hasSpeakers = recordings.some(({ speaker }) => speaker !== undefined);
  if (hasSpeakers) rows[0] += ",speaker";
  files["metadata.csv"] = new TextEncoder().encode(`${rows.join("\n")}\n`);
  return zipSync(files, { level: 0, mtime: new Date(1980, 0, 1) });
}
