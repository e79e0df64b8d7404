/** Public exports of the data set stage. */
export { checkTrainable, countLabels } from "./classes.ts";
export type { Dataset, Recording, SkippedRecording, Split } from "./dataset.ts";
export {
  createConflictError,
  type DuplicateRecording,
  findDuplicates,
  type HashedRecording,
  type LabelConflict,
} from "./duplicates.ts";
export { drawShots, limitRecordings } from "./selection.ts";
