/**
 * Names and size limits of the files of a golem.
 *
 * Not its concern: what is in them.
 */

/** Names of the files of a golem; `text` exists only if the transcript is one of the views. */
export const golemFiles = {
  document: "golem.json",
  tensors: "head.safetensors",
  training: "training.json",
  text: "text.json",
  card: "README.md",
} as const;

/** Maximum size of each file of a golem, in bytes; the card is never read. */
export const golemFileLimits: Readonly<Record<Exclude<keyof typeof golemFiles, "card">, number>> = {
  document: 64 * 1024 * 1024,
  tensors: 1024 * 1024 * 1024,
  training: 1024 * 1024 * 1024,
  text: 64 * 1024 * 1024,
};
