/** Defaults of keeping clips, for help and the keeper; without imports, so that help stays fast. */

/**
 * Sound kept before and after each part, in seconds; size limit, in bytes, above which the oldest clips are
 * deleted.
 */
export const keepDefaults = { marginSeconds: 1, maximumBytes: 500 * 2 ** 20 } as const;
