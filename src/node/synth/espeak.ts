/** The voices of espeak-ng, if it is installed: all its languages, several accents and timbres. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { GolemError } from "../../core/error.ts";
import type { Voice } from "../../synth/voice.ts";
import { readSpeech } from "../../synth/wav-speech.ts";

const run = promisify(execFile);
const program = "espeak-ng";
/** The built-in timbres, male and female alternately. */
const timbres = ["m1", "f2", "m3", "f4", "m2", "f5", "m4", "f3"];
const wordsPerMinute = 160;
const middlePitch = 50;
const maximumBytes = 64 << 20;

/**
 * Lists the voices for a language ("en", "ru", "pt-br"), alternating accents and timbres; empty if espeak-ng
 * is not installed or does not support the language.
 */
export async function listEspeakVoices(language: string): Promise<Voice[]> {
  if (!/^[a-z]{2,3}(-[a-z0-9-]+)?$/i.test(language)) return [];
  const listed = await run(program, [`--voices=${language.toLowerCase()}`]).catch(() => undefined);
  const accents = [
    ...new Set(
      (listed?.stdout ?? "")
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/\s+/))
        // MBROLA voices are left out, since they need additional files.
        .filter((cells) => cells.length >= 5 && !cells[4]!.startsWith("mb/"))
        .map((cells) => cells[1]!),
    ),
  ];
  if (accents.length === 0) return [];
  return timbres.map((timbre, i) => {
    const voice = `${accents[i % accents.length]}+${timbre}`;
    return {
      name: `espeak-${voice.replace("+", "-")}`,
      async speak(text, { rate, pitch }) {
        const speed = String(Math.round(wordsPerMinute * rate));
        // The option has the range 0 to 99, which covers about an octave around the middle.
        const height = String(Math.max(0, Math.min(99, Math.round(middlePitch + 50 * Math.log2(pitch)))));
        const args = ["-v", voice, "-s", speed, "-p", height, "-b", "1", "-z", "--stdout", "--", text];
        const spoken = await run(program, args, { encoding: "buffer", maxBuffer: maximumBytes }).catch(
          (cause: unknown) => {
            throw new GolemError("synthesis-failed", `espeak-ng could not speak "${text}".`, {
              hint: `Try it: espeak-ng -v ${voice} "${text}"`,
              cause,
            });
          },
        );
        return readSpeech(spoken.stdout);
      },
    };
  });
}
