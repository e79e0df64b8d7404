/**
 * The doctor in Node: finds faults in a data set.
 *
 * Not its concern: the procedure (see workflow/examine-recordings.ts), the checks (doctor/), the terminal.
 */
import type { Dataset } from "../dataset/dataset.ts";
import {
  type Diagnosis,
  type ExamineOptions,
  examineDataset as examineDatasetIn,
} from "../workflow/examine-recordings.ts";
import type { EnvironmentOptions } from "./environment.ts";
import { runInNode } from "./node-environment.ts";

/** Options of {@link examineDataset}; all have defaults. */
export interface DoctorOptions extends ExamineOptions, EnvironmentOptions {}

/**
 * Examines a data set of any form that `train` takes. Rejects with the errors of loading a data set and of
 * resolving encoders, and with `aborted`; recordings that cannot be embedded are findings.
 */
export function examineDataset(data: string | Dataset, options: DoctorOptions = {}): Promise<Diagnosis> {
  return runInNode(options, (environment) => examineDatasetIn(environment, data, options));
}
