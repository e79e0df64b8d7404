/**
 * Opens the golems at an address: a folder, a folder of golems, an S3 bucket, a model on the Hugging Face
 * Hub.
 *
 * Not its concern: how each kind of location is read (folder-golems.ts, bucket-golems.ts, hub-golem.ts).
 */
import { isHubAddress } from "../../dataset/hub-address.ts";
import { isBucketAddress } from "../object-store/object-store.ts";
import { openBucketGolems } from "./bucket-golems.ts";
import { openFolderGolems } from "./folder-golems.ts";
import type { GolemSources } from "./golem-source.ts";
import { openHubGolem } from "./hub-golem.ts";

/**
 * Opens an address: the path of a golem or of a folder of golems, s3://BUCKET/PREFIX of either, or
 * hf:OWNER/NAME[@REVISION]. Nothing is read. Throws `usage` for invalid addresses.
 */
export function openGolemSources(address: string): GolemSources {
  if (isBucketAddress(address)) return openBucketGolems(address);
  return isHubAddress(address) ? openHubGolem(address) : openFolderGolems(address);
}
