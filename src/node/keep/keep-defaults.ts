/** Defaults of keeping clips, for help and the keeper; without imports, so that help stays fast. */

/** Seconds kept before and after each part; bytes above which the oldest clips are deleted. */
export const keepDefaults = { marginSeconds: 1, maximumBytes: 500 * 2 ** 20 } as const;
