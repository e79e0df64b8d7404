/** Opens a long recording in a process of its own and measures it. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What was found; `megabytes`: peak memory of the process. */
interface LongRecording {
  readonly seconds: number;
  readonly samples: number;
  readonly windows: number;
  readonly megabytes: number;
}

/** Opens a file, or with "wav" 30 minutes of stereo WAV that are made on the fly. */
export function measureLongRecording(file: string): LongRecording {
  const script = fileURLToPath(new URL("../processes/measure-long-recording.ts", import.meta.url));
  const run = spawnSync(process.execPath, ["--import", "tsx", script, file], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(run.stdout);
}
