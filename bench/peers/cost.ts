/**
 * Processor time that embedding a recording takes, by what it has to pass through.
 *
 * Not its concern: classifiers, scores.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setNames } from "../../runs/scoreboard/real-set.ts";
import { findBuiltInTranscriber } from "../../src/encoder/registry.ts";
import { loadDataset } from "../../src/node/data/dataset-files.ts";
import { embedRecordings } from "../../src/node/data/embed-recordings.ts";
import { openEmbeddingStore } from "../../src/node/disk/file-store.ts";

const moonshine = findBuiltInTranscriber("moonshine-tiny");
const sets = {
  moonshine: { encoders: ["moonshine-tiny"] },
  google: { encoders: ["google-speech-embedding"] },
  encoders: { encoders: ["moonshine-tiny", "google-speech-embedding"] },
  transcript: { encoders: ["moonshine-tiny"], transcriber: moonshine },
  all: { encoders: ["moonshine-tiny", "google-speech-embedding"], transcriber: moonshine },
};
/** Recordings of each set that are embedded, and of these the ones whose time does not count: networks are loaded meanwhile. */
const [counted, spared] = [12, 2];

/** Processor time per recording in ms, from file to embedding, mean over the sets; nothing is taken from the cache. */
export async function measureEmbedding(folder: string): Promise<Record<keyof typeof sets, number>> {
  const recordings: Awaited<ReturnType<typeof loadDataset>>["recordings"][] = [];
  for (const name of setNames) {
    const all = (await loadDataset(join(folder, name))).recordings;
    const step = Math.floor(all.length / counted);
    recordings.push(Array.from({ length: counted }, (_, i) => all[i * step]!));
  }
  const out: Record<string, number> = {};
  for (const [name, encoderSet] of Object.entries(sets)) {
    const measure = async (count: number): Promise<number> => {
      const scratch = mkdtempSync(join(tmpdir(), "golem-peers-"));
      const store = await openEmbeddingStore(scratch);
      const before = process.cpuUsage();
      await embedRecordings(
        recordings.flatMap((own) => own.slice(0, count)),
        { ...encoderSet, store },
      );
      const { user, system } = process.cpuUsage(before);
      await store.close();
      rmSync(scratch, { recursive: true });
      return (user + system) / 1000;
    };
    const few = await measure(spared);
    out[name] = ((await measure(counted)) - few) / ((counted - spared) * setNames.length);
  }
  return out as Record<keyof typeof sets, number>;
}
