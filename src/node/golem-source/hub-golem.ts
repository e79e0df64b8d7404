/**
 * A golem on the Hugging Face Hub: hf:OWNER/NAME[@REVISION], a folder made by
 * `golem export --format huggingface`. The version is the commit; a revision that is a commit never changes.
 *
 * Not its concern: the Hub's protocol.
 */
import { GolemError } from "../../core/error.ts";
import { parseHubAddress } from "../../dataset/hub-address.ts";
import { golemFileLimits, golemFiles } from "../../golem/golem-files.ts";
import type { GolemFiles } from "../disk/golem-folder.ts";
import { readRegularFile } from "../disk/regular-file.ts";
import { fetchHubFile, fetchHubRevision, resolveHubRevision } from "../hub/hub-file.ts";
import {
  checkHashesStated,
  type GolemSource,
  type GolemSources,
  type SourceOptions,
} from "./golem-source.ts";

/** Opens an address; throws `usage` for one of a data set. Names are checked at the first request. */
export function openHubGolem(address: string): GolemSources {
  const { id, revision, ...others } = parseHubAddress(address);
  if (Object.keys(others).length > 0) {
    throw new GolemError(
      "usage",
      `${address} is the address of a data set; expected hf:OWNER/NAME[@REVISION].`,
      {
        hint: "Leave out the ? and everything after it.",
      },
    );
  }
  const repo = { id, type: "model" } as const;
  const source: GolemSource = {
    address,
    name: id.slice(id.lastIndexOf("/") + 1),
    readVersion: (options) => resolveHubRevision(repo, revision, options),
    async read(options = {}) {
      const { commit, files: names } = await fetchHubRevision(repo, revision, options);
      const fetchPart = (part: keyof typeof golemFileLimits) =>
        fetchFile({ ...repo, revision: commit, path: golemFiles[part] }, golemFileLimits[part], options);
      const missing = (["document", "tensors", "training"] as const).find(
        (part) => !names.includes(golemFiles[part]),
      );
      if (missing) {
        throw new GolemError(
          missing === "document" ? "golem-not-found" : "golem-damaged",
          `The model ${id} on the Hub has no file ${golemFiles[missing]}, which every golem has.`,
          { hint: "Upload a folder written by `golem export --format huggingface`." },
        );
      }
      const files: GolemFiles = {
        document: await fetchPart("document"),
        tensors: await fetchPart("tensors"),
        training: await fetchPart("training"),
        ...(names.includes(golemFiles.text) ? { text: await fetchPart("text") } : {}),
      };
      checkHashesStated(files, address);
      return { files, version: commit };
    },
  };
  return { address, isRemote: true, list: async () => [source] };
}

async function fetchFile(
  file: Parameters<typeof fetchHubFile>[0],
  maximumBytes: number,
  options: SourceOptions,
): Promise<Uint8Array> {
  return readRegularFile(await fetchHubFile(file, { ...options, maximumBytes }), maximumBytes);
}
