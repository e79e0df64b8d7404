/** Opens a store by its address. */
import { isBucketAddress, type ObjectStore } from "./object-store.ts";

/** Opens a store: `s3://bucket/prefix`, or the path of a folder, which need not exist. */
export async function openObjectStore(address: string): Promise<ObjectStore> {
  if (isBucketAddress(address)) return (await import("./s3-store.ts")).openS3Store(address);
  return (await import("./folder-store.ts")).openFolderStore(address);
}
