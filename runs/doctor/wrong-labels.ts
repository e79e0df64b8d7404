/** Plants wrong labels and counts which are doubted. */
import { createRandom, shuffle } from "../../src/core/random.ts";
import type { Recording } from "../../src/dataset/dataset.ts";
import { examineRecordings } from "../../src/workflow/examine-recordings.ts";
import { draws, type Material } from "./material.ts";

/** Counts over draws. */
export interface LabelCount {
  readonly set: string;
  readonly planted: number;
  readonly found: number;
  /** Right labels that were doubted, of so many. */
  readonly doubted: number;
  readonly right: number;
  /** The same without any wrong label planted. */
  readonly doubtedUntouched: number;
  readonly untouched: number;
  /** Doubted without any wrong label planted, per draw. */
  readonly doubtedPerDraw: readonly number[];
}

/** Of commands, whose draws have two recordings per class, so many words with so many recordings are drawn. */
const words = 10;
const recordingsPerWord = 5;

async function drawRows(material: Material, set: string, draw: number): Promise<Recording[]> {
  if (set !== "commands") {
    return (await material.load(set, draw)).filter(({ split }) => split === "train");
  }
  const rows = shuffle(await material.load(set), createRandom(draw, 0x6b));
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  return shuffle(labels, createRandom(draw, 0x6c))
    .slice(0, words)
    .flatMap((word) => rows.filter(({ label }) => label === word).slice(0, recordingsPerWord));
}

/** Relabels a share of each draw's training recordings at random. */
export async function countWrongLabels(
  material: Material,
  set: string,
  share: number,
  stream = 0x9d0c,
): Promise<LabelCount> {
  const doubtedPerDraw: number[] = [];
  const count = { planted: 0, found: 0, doubted: 0, right: 0, doubtedUntouched: 0, untouched: 0 };
  for (const draw of draws) {
    const heard = await material.hear(await drawRows(material, set, draw));
    const labels = [...new Set(heard.map(({ label }) => label))].sort();
    const random = createRandom(draw, stream);
    const wrong = new Set(shuffle([...heard.keys()], random).slice(0, Math.round(share * heard.length)));
    const planted = heard.map((recording, row) => {
      if (!wrong.has(row)) return recording;
      const place = labels.indexOf(recording.label) + 1 + random.integer(labels.length - 1);
      return { ...recording, label: labels[place % labels.length]! };
    });
    const getDoubted = (recordings: typeof heard): string[] =>
      examineRecordings(recordings, [], material.encoderSet, 0)
        .filter(({ kind }) => kind === "likely-mislabelled")
        .flatMap(({ files }) => [...files]);
    const isWrong = new Set([...wrong].map((row) => heard[row]!.file));
    const doubted = getDoubted(planted);
    const found = doubted.filter((file) => isWrong.has(file)).length;
    count.planted += wrong.size;
    count.found += found;
    count.doubted += doubted.length - found;
    count.right += heard.length - wrong.size;
    doubtedPerDraw.push(getDoubted(heard).length);
    count.doubtedUntouched += doubtedPerDraw.at(-1)!;
    count.untouched += heard.length;
  }
  return { set, ...count, doubtedPerDraw };
}
