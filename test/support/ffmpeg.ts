/** Whether ffmpeg can be run here; tests that need it skip themselves, with the reason in their name. */
import { spawnSync } from "node:child_process";

/** Whether `ffmpeg` is on the PATH. */
export const hasFfmpeg: boolean = spawnSync("ffmpeg", ["-version"], { stdio: "ignore" }).status === 0;

/** Appended to the names of tests that need {@link hasFfmpeg}. */
export const hasFfmpegNote = hasFfmpeg ? "" : " (skipped: no ffmpeg on the PATH)";
