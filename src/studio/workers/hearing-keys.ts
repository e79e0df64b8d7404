/**
 * Who listens in the studio, and under which keys the shelf keeps what they heard.
 *
 * Not its concern: where anything runs.
 */

import type { EncoderSetInfo } from "../../classifier/view.ts";
import {
  computeEncoderFingerprint,
  computeTranscriberFingerprint,
} from "../../embed/embedding-fingerprint.ts";
import { computeStoreKey } from "../../embed/store-key.ts";
import {
  defaultEncoderId,
  defaultEncoderIds,
  getEncoderDefinition,
  getTranscriberDefinition,
} from "../../encoder/registry.ts";

/** Those who listen to every recording: the default of training. */
export const studioEncoderSet: Required<EncoderSetInfo> = {
  encoders: defaultEncoderIds.map((id) => getEncoderDefinition(id).info),
  transcriber: getTranscriberDefinition(defaultEncoderId)!.info,
};

const fingerprints = [
  ...studioEncoderSet.encoders.map((info) => computeEncoderFingerprint(info)),
  computeTranscriberFingerprint(studioEncoderSet.transcriber!),
];

/** Keys of what was heard of a recording: one an encoder, then the transcript's. */
export function listHearingKeys(hash: string): string[] {
  return fingerprints.map((fingerprint) => computeStoreKey(hash, fingerprint));
}
