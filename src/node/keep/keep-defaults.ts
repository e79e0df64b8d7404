/**
 * Defaults of keeping clips, for help and the keeper; without imports, so that help stays fast.
 *
 * Not its concern: clips.
 */

/** Sound kept before and after a stretch, in seconds; size from which the oldest clips are deleted, in bytes. */
export const keepDefaults = { marginSeconds: 1, maximumBytes: 500 * 2 ** 20 } as const;
