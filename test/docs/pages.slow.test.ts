/** Runs the code of the tutorial and the how-to pages, block after block as a reader would, and compares what it prints. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createWav } from "../support/audio-files.ts";
import { createDocFolder, docPages, hasNumPy, readBlocks, runBlock } from "../support/doc-pages.ts";
import { createToneInSilence } from "../support/served.ts";

const write = (path: string, samples: Float32Array) => writeFileSync(path, createWav([samples], 16_000));
const join6 = () =>
  Float32Array.from(Array.from({ length: 6 }, (_, i) => [...createToneInSilence(i)]).flat());

/** What a reader has before the first block of a page. */
const given: Readonly<Record<string, (folder: string) => void>> = {
  "docs/how-to/wake-word.md": (folder) => write(join(folder, "day.wav"), join6()),
  "docs/how-to/machine-sound.md": (folder) => {
    for (let i = 0; i < 12; i++) {
      const place = join(folder, "machines", i % 2 ? "bearing" : "normal");
      mkdirSync(place, { recursive: true });
      write(join(place, `${i}.wav`), createToneInSilence(i));
    }
    write(join(folder, "new.wav"), createToneInSilence(13));
  },
  "docs/how-to/animals.md": (folder) => {
    mkdirSync(join(folder, "field"));
    for (const name of ["a", "b", "c", "d"]) {
      write(join(folder, "field", `${name}.wav`), join6());
      const calls = [0, 1, 2, 3, 4, 5].map(
        (i) => `${2 * i + 0.5}\t${2 * i + 1.5}\t${i % 2 ? "warbler" : "owl"}`,
      );
      writeFileSync(join(folder, "field", `${name}.txt`), calls.join("\n"));
    }
    cpSync(join(folder, "field", "a.wav"), join(folder, "night.wav"));
  },
  "docs/augment.md": (folder) => {
    const [synth] = readBlocks("docs/tutorial.md");
    runBlock(synth!, folder);
  },
  "docs/how-to/python.md": (folder) => {
    const [synth, train] = readBlocks("docs/tutorial.md");
    runBlock(synth!, folder);
    runBlock({ ...train!, code: train!.code.replace("\n", " --no-transcript --augment none\n") }, folder);
  },
};

/** Translated how-to pages have the blocks of the English ones: see blocks.test.ts. */
const pages = docPages.filter((page) => /tutorial|how-to\/[\w-]+\.md|json\.md|augment/.test(page));

it.each(pages)(
  "runs as shown: %s",
  (page) => {
    const folder = createDocFolder();
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    given[page]?.(folder);
    let compared = 0;
    for (const block of readBlocks(page)) {
      if (block.language === "text" || (block.language === "python" && !hasNumPy)) continue;
      const printed = runBlock(block, folder);
      if (block.output === undefined) continue;
      // What is shown may be a part; numbers depend on the processor in their last digits.
      const mask = (text: string) =>
        text
          .trim()
          .replaceAll(/\d+\.\d+ %/g, "@ %")
          .replaceAll(/\d+(\.\d+)?/g, "#");
      expect(mask(printed)).toContain(mask(block.output));
      const before = mask(printed).split(mask(block.output))[0]!.split("@").length - 1;
      const shares = (text: string) => [...text.matchAll(/(\d+\.\d+) %/g)].map(([, share]) => Number(share));
      const shown = shares(block.output);
      expect(shares(printed).slice(before, before + shown.length)).toBeAllclose(shown, { rtol: 0, atol: 5 });
      compared++;
    }
    if (!/how-to|augment/.test(page)) expect(compared).toBeGreaterThan(0);
  },
  600_000,
);
