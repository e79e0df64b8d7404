/**
 * Times warm predictions of one file by golems in this process, in turn, from reading the file to the answer.
 * Prints one JSON document with times in milliseconds (medians of 30 runs after 5 to warm up), in the order
 * of the golems.
 *
 *   npx tsx bench/warm-prediction.ts RECORDING.wav GOLEM...
 */
import { loadGolem } from "../src/index.ts";

const [file, ...folders] = process.argv.slice(2);
const golems = await Promise.all(folders.map((folder) => loadGolem(folder)));
const times: number[][] = golems.map(() => []);
for (let round = 0; round < 35; round++) {
  for (const [i, golem] of golems.entries()) {
    // The threads of the previous session spin for a moment, and would use a core that this one needs.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const start = performance.now();
    await golem.predict(file!);
    if (round >= 5) times[i]!.push(performance.now() - start);
  }
}
for (const golem of golems) await golem.dispose();
console.log(JSON.stringify(times.map((list) => list.sort((a, b) => a - b)[list.length >> 1])));
