/** Checks that an encoder or a transcriber is the one a golem was trained on. */
import { defaultRecipe } from "../core/default-recipe.ts";
import { GolemError } from "../core/error.ts";
import type { EncoderInfo } from "./encoder.ts";
import { encoderDefinitions, getTranscriberDefinition } from "./registry.ts";
import type { TranscriberInfo } from "./transcriber.ts";

/** Throws `golem-version` if `found` gives other numbers than `expected`, wherever they are. */
export function checkSameEncoder(expected: EncoderInfo, found: EncoderInfo): void {
  const difference = describeDifference(expected, found);
  if (!difference) return;
  throw new GolemError("golem-version", `The golem was trained on another ${expected.id}: ${difference}.`, {
    hint: Object.hasOwn(encoderDefinitions, expected.id)
      ? "Train it again, or use the version of golem-audio that made it."
      : "Give the location of the original encoder with --encoder, or train the golem again.",
  });
}

/**
 * Throws `golem-version` when `given`, by default the transcriber of that id in this program, gives other
 * text and vectors than the `expected` transcriber. The locations of checkpoints do not matter.
 */
export function checkSameTranscriber(expected: TranscriberInfo, given?: TranscriberInfo): void {
  const own = getTranscriberDefinition(expected.id) ?? getTranscriberDefinition(defaultRecipe.transcriber);
  const found = given ?? own?.info;
  const isNamed = given !== undefined || expected.id === found?.id;
  if (isNamed && getTranscriberIdentity(expected) === getTranscriberIdentity(found!)) return;
  throw new GolemError(
    "golem-version",
    `The golem was trained on transcripts of ${expected.id} (revision ${expected.revision}, ${expected.recipe}); this program has ${found?.id} (revision ${found?.revision}, ${found?.recipe}).`,
    { hint: "Train it again, or use the version of golem-audio that made it." },
  );
}

/** Describes how two encoders differ, apart from their locations; undefined when they do not. */
function describeDifference(expected: EncoderInfo, found: EncoderInfo): string | undefined {
  if (Object.hasOwn(encoderDefinitions, expected.id) && expected.revision !== found.revision) {
    return `revision ${expected.revision}; this program has ${found.revision}`;
  }
  for (const [name, hash] of Object.entries(expected.sha256)) {
    const other = found.sha256[name];
    if (other !== hash) return `its ${name} has sha256 ${hash}; the one found has ${other ?? "no such file"}`;
  }
  for (const key of ["recipe", "precision", "sampleRate", "layers", "dimensions"] as const) {
    if (expected[key] !== found[key]) return `${key} ${expected[key]}; this program has ${found[key]}`;
  }
  return undefined;
}

/** Returns everything that shapes the transcriber's text and vectors. */
function getTranscriberIdentity({ sha256, sampleRate, precision, recipe, vectors }: TranscriberInfo): string {
  const sizes = vectors.map(({ name, size }) => [name, size]);
  return JSON.stringify([Object.entries(sha256).sort(), sampleRate, precision, recipe, sizes]);
}
