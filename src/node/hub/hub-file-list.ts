/** Lists the Parquet files of a Hub data set: its own, else those that the Hub converted. */
import { join } from "node:path";
import { GolemError, throwIfAborted } from "../../core/error.ts";
import { findHubConfigs, type HubConfig } from "../../dataset/hub-splits.ts";
import { readKept, writeKept } from "../disk/kept-json.ts";
import { readRef } from "./hub-cache.ts";
import { fetchHubRevision, type HubOptions } from "./hub-file.ts";
import type { HubRepo } from "./hub-repo.ts";
import { getHubSettings } from "./hub-settings.ts";

/** The branch to which the Hub writes files converted to Parquet. */
const convertedRevision = "refs/convert/parquet";

/** A data set's files at a commit; cached. */
export interface FileList {
  /** The commit with the Parquet files: of the requested revision, or of the converted branch. */
  readonly commit: string;
  readonly configs: readonly HubConfig[];
  readonly card: unknown;
  /** Whether the Hub last reported the data set as public. */
  readonly isPublic?: boolean | undefined;
}

/**
 * Lists the files: from the Hub, or, if it cannot be reached, from the cache for that commit.
 *
 * @param home Cache folder of the data set.
 * @throws GolemError `invalid-data` when there are no Parquet files, and those of `fetchHubRevision`.
 */
export async function loadFileList(
  repo: HubRepo,
  revision: string,
  home: string,
  options: HubOptions,
): Promise<FileList> {
  const { settings = getHubSettings() } = options;
  const known = await readRef(settings.cache, repo, revision);
  const kept = known === undefined ? undefined : await readKept<FileList>(join(home, known, "files.json"));
  if (kept && (known === revision || settings.offline)) return kept;
  try {
    const found = await fetchHubRevision(repo, revision, options);
    // Old commits of the converted branch may have been deleted, so its commit is requested again if its
    // files are used.
    const { isPublic } = found;
    const isKept = kept !== undefined && found.commit === known && kept.commit === known;
    if (isKept && (isPublic === undefined || isPublic === kept.isPublic)) return kept;
    const list = isKept ? { ...kept, isPublic } : await findFiles(repo, found, options);
    await writeKept(join(home, found.commit, "files.json"), list);
    return list;
  } catch (error) {
    throwIfAborted(options.signal);
    if (!kept || !(error instanceof GolemError) || error.code !== "fetch-failed") throw error;
    options.onWarning?.({
      code: "fetch-failed",
      message: `${error.message} The cached file list is used.`,
      hint: "It may be older than the Hub's.",
    });
    return kept;
  }
}

async function findFiles(
  repo: HubRepo,
  { commit, files, card, isPublic }: Awaited<ReturnType<typeof fetchHubRevision>>,
  options: HubOptions,
): Promise<FileList> {
  const configs = findHubConfigs(files, card);
  if (configs.length > 0) return { commit, configs, card, isPublic };
  const converted = await fetchHubRevision(repo, convertedRevision, options).catch((error: unknown) => {
    if (error instanceof GolemError && error.code === "hub-not-found") return undefined;
    throw error;
  });
  const others = findHubConfigs(converted?.files ?? [], undefined);
  if (converted && others.length > 0) return { commit: converted.commit, configs: others, card, isPublic };
  throw new GolemError(
    "invalid-data",
    `The data set ${repo.id} has no Parquet files, either of its own or converted by the Hub (${convertedRevision}); expected some.`,
    {
      hint: `Download it (hf download --repo-type dataset ${repo.id}) and name the folder, if it has one folder per class.`,
    },
  );
}
