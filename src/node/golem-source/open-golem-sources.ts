/**
 * Opens the golems that an address means: a folder, a folder of golems, a model on the Hugging Face Hub.
 *
 * Not its concern: how each kind of place is read (folder-golems.ts, hub-golem.ts).
 */
import { isHubAddress } from "../../dataset/hub-address.ts";
import { openFolderGolems } from "./folder-golems.ts";
import type { GolemSources } from "./golem-source.ts";
import { openHubGolem } from "./hub-golem.ts";

/**
 * Opens an address: the path of a golem or of a folder of golems, or hf:OWNER/NAME[@REVISION]. Nothing is read.
 * Throws `usage` for addresses that cannot be one.
 */
export function openGolemSources(address: string): GolemSources {
  return isHubAddress(address) ? openHubGolem(address) : openFolderGolems(address);
}
