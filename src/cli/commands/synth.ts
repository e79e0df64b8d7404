/** `golem synth WORDS|FILE.txt --out DATA`: recordings of synthetic voices. */
import { stat } from "node:fs/promises";
import { GolemError } from "../../core/error.ts";
import { decodeText } from "../../dataset/text-encoding.ts";
import { readRegularFile } from "../../node/disk/regular-file.ts";
import { synthesize } from "../../node/synthesize.ts";
import type { SynthOutput } from "../output.ts";
import { quoteForShell } from "../printed-path.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

interface SynthOptions extends CommonOptions {
  readonly out: string;
  readonly voices?: number;
  readonly count?: number;
  readonly language?: string;
}

const maximumBytes = 4 << 20;

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [words]: [string],
  { out, voices, count, language, seed }: SynthOptions,
  terminal: Terminal,
): Promise<number> {
  const { signal, onProgress } = terminal.work;
  const made = await synthesize(await readWords(words), {
    ...{ out, voices, count, language, seed, signal, onProgress },
  });
  terminal.printJson(made satisfies SynthOutput);
  terminal.print(
    `Wrote ${made.recordings} recordings of ${made.labels.length} classes by ${made.voices.length} voices to ${out}`,
  );
  terminal.print(`Next: npx golem train ${quoteForShell(out)} --out my-golem`);
  return 0;
}

/** Reads the contents of a file of words, or returns the words themselves. */
async function readWords(words: string): Promise<string> {
  const info = await stat(words).catch(() => undefined);
  if (!info?.isFile()) {
    if (!/\.(txt|csv|tsv)$/i.test(words)) return words;
    throw new GolemError("data-not-found", `There is no file ${words}.`, {
      hint: 'Name a file with one wording per line, or write the words: "yes,no,stop".',
    });
  }
  const bytes = await readRegularFile(
    words,
    maximumBytes,
    (size) => new GolemError("invalid-data", `${words} has ${size} bytes; expected at most ${maximumBytes}.`),
  );
  // The final line end distinguishes a file with one line from words.
  return `${decodeText(bytes, words)}\n`;
}
