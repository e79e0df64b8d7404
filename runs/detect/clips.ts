/**
 * Collects a draw's training recordings and the recordings of its streams.
 *
 * Not its concern: how streams are assembled.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, shuffle } from "../../src/core/random.ts";
import type { Clip } from "./stream.ts";

/** Classes of ESC-10 that are used as background. */
export const backgrounds = ["rain", "sea_waves"];

/** Clips per stream; for words: targets, sentences, sounds; for sounds: targets, sentences, words. */
const counts = { target: 12, speech: 2, sound: 2 };

/** The material of one draw of one set. */
export interface DrawMaterial {
  /** List of the training recordings; the caller removes it with {@link DrawMaterial.dispose}. */
  readonly trainList: string;
  readonly clips: readonly Clip[];
  readonly background: readonly string[];
  dispose(): void;
}

/**
 * Collects the material. Targets are test recordings of the draw. Sounds of no class are sentences (drinks)
 * with sounds (ESC-10), or with words (commands) if the classes are sounds. The background, rain and sea
 * waves, is never a class: a golem of ESC-10 is trained on the other eight.
 */
export function gatherDraw(folder: string, set: string, draw: number): DrawMaterial {
  const place = join(folder, "draws", set, String(draw));
  const random = createRandom(7, draw);
  const pick = (clips: readonly Clip[], count: number) => shuffle([...clips], random).slice(0, count);
  const rows = (list: string) =>
    readFileSync(join(place, list), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(",") as [string, string, string?])
      .filter(([, label]) => !backgrounds.includes(label));
  const others = (from: string, kind: Clip["kind"]) =>
    readdirSync(join(folder, from), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !backgrounds.includes(entry.name))
      .flatMap(({ name: label }) =>
        readdirSync(join(folder, from, label)).map(
          (name): Clip => ({ kind, label, path: join(folder, from, label, name) }),
        ),
      );
  const targets = rows("test.csv").map(
    ([file, label]): Clip => ({ kind: "target", label, path: join(place, file) }),
  );
  const scratch = mkdtempSync(join(tmpdir(), "golem-runs-detect-"));
  const trainList = join(scratch, "train.csv");
  const lines = rows("train.csv").map(([file, ...rest]) => [join(place, file), ...rest].join(","));
  const header = readFileSync(join(place, "train.csv"), "utf8").split("\n")[0];
  writeFileSync(trainList, `${[header, ...lines].join("\n")}\n`);
  return {
    trainList,
    clips: [
      ...pick(targets, counts.target),
      ...pick(others("drinks", "speech"), counts.speech),
      ...pick(others(set === "esc10" ? "commands" : "esc10", "sound"), counts.sound),
    ],
    background: backgrounds.flatMap((label) =>
      readdirSync(join(folder, "esc10", label))
        .slice(0, 20)
        .map((name) => join(folder, "esc10", label, name)),
    ),
    dispose: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
