/**
 * Who listens in the studio, and under which keys the shelf keeps what they heard.
 *
 * Must not know: where anything runs.
 */

import type { ListenerInfo } from "../../classifier/view.ts";
import { computeEncoderFingerprint, computeTranscriberFingerprint } from "../../embed/hearing-fingerprint.ts";
import { computeStoreKey } from "../../embed/store-key.ts";
import {
  defaultEncoderId,
  defaultEncoderIds,
  getEncoderDefinition,
  getTranscriberDefinition,
} from "../../encoder/registry.ts";

/** Those who listen to every recording: the default of training. */
export const studioListener: Required<ListenerInfo> = {
  encoders: defaultEncoderIds.map((id) => getEncoderDefinition(id).info),
  transcriber: getTranscriberDefinition(defaultEncoderId)!.info,
};

const fingerprints = [
  ...studioListener.encoders.map((info) => computeEncoderFingerprint(info)),
  computeTranscriberFingerprint(studioListener.transcriber!),
];

/** Keys of what was heard of a recording: one an encoder, then the transcript's. */
export function listHearingKeys(hash: string): string[] {
  return fingerprints.map((fingerprint) => computeStoreKey(hash, fingerprint));
}
