/**
 * Describes errors of the file system in words.
 *
 * Not its concern: which file it was, what to do.
 */
const reasons: Readonly<Record<string, string>> = {
  EACCES: "this user has no permission",
  EPERM: "this user has no permission",
  EBUSY: "it is in use",
  ESTALE: "it was removed from the network disk",
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file is too large for the disk",
  EMFILE: "too many files are open in this process (see `ulimit -n`)",
  ENFILE: "too many files are open on this machine",
  EIO: "the disk reports a fault",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a part of the path is a file",
  EISDIR: "it is a folder",
  ENAMETOOLONG: "the name is too long",
};

/** Returns the reason of a file system error, as a clause. */
export function describeDiskReason(error: unknown): string {
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return (code && reasons[code]) ?? code ?? (error instanceof Error ? error.message : String(error));
}
