/** Finds the shard that an array job should embed, from the environment variables that schedulers set. */
import { GolemError } from "../../core/error.ts";

/** Kubernetes (Indexed Job), AWS Batch, Slurm. */
const variables = ["JOB_COMPLETION_INDEX", "AWS_BATCH_JOB_ARRAY_INDEX", "SLURM_ARRAY_TASK_ID"] as const;

/**
 * Gets the number of this job; undefined if this is not an array job. Throws `usage` for anything but a whole
 * number.
 */
export function getArrayIndex(
  env: Readonly<Record<string, string | undefined>> = process.env,
): number | undefined {
  for (const name of variables) {
    const value = env[name];
    if (value === undefined || value === "") continue;
    if (/^\d{1,9}$/.test(value)) return Number(value);
    throw new GolemError(
      "usage",
      `${name} is ${JSON.stringify(value)}; a whole number from 0 was expected.`,
      {
        hint: "Name the shard with --shard.",
      },
    );
  }
  return undefined;
}
