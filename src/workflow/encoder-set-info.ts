/**
 * The description of a resolved encoder set for classifiers, and the part of it that a golem uses.
 *
 * Not its concern: how encoders are found or run.
 */
import type { EncoderSetInfo } from "../classifier/view.ts";
import type { ResolvedEncoderSet } from "../encoder/resolved-encoder.ts";
import type { GolemModel } from "../golem/golem-model.ts";

/** The identities of the encoders and the transcriber. */
export function getEncoderSetInfo({ encoders, transcriber }: ResolvedEncoderSet): EncoderSetInfo {
  return {
    encoders: encoders.map((encoder) => encoder.info),
    ...(transcriber ? { transcriber: transcriber.info } : {}),
  };
}

/** The encoders and the transcriber that a golem uses, out of those it was trained with. */
export function narrowEncoderSet(
  { encoders, transcriber }: ResolvedEncoderSet,
  golem: Pick<GolemModel, "encoders" | "transcriber">,
): ResolvedEncoderSet {
  return {
    encoders: golem.encoders.map((used) => encoders.find(({ info }) => info.id === used.id)!),
    transcriber: golem.transcriber && transcriber,
  };
}
