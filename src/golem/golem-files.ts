/**
 * What the files of a golem are called, and how large they may be.
 *
 * Not its concern: what is in them.
 */

/** Names of the files a golem consists of; `text` only where the transcript has a say. */
export const golemFiles = {
  document: "golem.json",
  tensors: "head.safetensors",
  training: "training.json",
  text: "text.json",
  card: "README.md",
} as const;

/** Most bytes read of each file of a golem; the card is not read. */
export const golemFileLimits: Readonly<Record<Exclude<keyof typeof golemFiles, "card">, number>> = {
  document: 64 * 1024 * 1024,
  tensors: 1024 * 1024 * 1024,
  training: 1024 * 1024 * 1024,
  text: 64 * 1024 * 1024,
};
