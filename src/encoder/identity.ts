/**
 * Whether an encoder or a transcriber that was found is the one a golem was trained on.
 *
 * Not its concern: where either was found.
 */
import { defaultRecipe } from "../core/default-recipe.ts";
import { GolemError } from "../core/error.ts";
import type { EncoderInfo } from "./encoder.ts";
import { encoderDefinitions, getTranscriberDefinition } from "./registry.ts";
import type { TranscriberInfo } from "./transcriber.ts";

/** Throws `golem-version` when `found` gives other numbers than `wanted` did; where either lies does not count. */
export function checkSameEncoder(wanted: EncoderInfo, found: EncoderInfo): void {
  const difference = describeDifference(wanted, found);
  if (!difference) return;
  throw new GolemError("golem-version", `The golem was trained on another ${wanted.id}: ${difference}.`, {
    hint: Object.hasOwn(encoderDefinitions, wanted.id)
      ? "Train it again, or use the version of golem-audio that made it."
      : "Say with --encoder where the encoder it was trained on is, or train it again.",
  });
}

/** Throws `golem-version` when this program has no transcriber that gives what `wanted` did. */
export function checkSameTranscriber(wanted: TranscriberInfo): void {
  const found = (getTranscriberDefinition(wanted.id) ?? getTranscriberDefinition(defaultRecipe.transcriber))
    ?.info;
  if (wanted.id === found?.id && getTranscriberIdentity(wanted) === getTranscriberIdentity(found)) return;
  throw new GolemError(
    "golem-version",
    `The golem reads what ${wanted.id} (revision ${wanted.revision}, ${wanted.recipe}) writes; this program has ${found?.id} (revision ${found?.revision}, ${found?.recipe}).`,
    { hint: "Train it again, or use the version of golem-audio that made it." },
  );
}

/** What tells two encoders apart but where they are; undefined when nothing does. */
function describeDifference(wanted: EncoderInfo, found: EncoderInfo): string | undefined {
  if (Object.hasOwn(encoderDefinitions, wanted.id) && wanted.revision !== found.revision) {
    return `revision ${wanted.revision}; this program has ${found.revision}`;
  }
  for (const [name, hash] of Object.entries(wanted.sha256)) {
    const other = found.sha256[name];
    if (other !== hash) return `its ${name} has sha256 ${hash}; the one found has ${other ?? "no such file"}`;
  }
  for (const key of ["recipe", "precision", "sampleRate", "layers", "dimensions"] as const) {
    if (wanted[key] !== found[key]) return `${key} ${wanted[key]}; this program has ${found[key]}`;
  }
  return undefined;
}

/** Everything that shapes what it writes and gives. */
function getTranscriberIdentity({ sha256, sampleRate, precision, recipe, vectors }: TranscriberInfo): string {
  const sizes = vectors.map(({ name, size }) => [name, size]);
  return JSON.stringify([Object.entries(sha256).sort(), sampleRate, precision, recipe, sizes]);
}
