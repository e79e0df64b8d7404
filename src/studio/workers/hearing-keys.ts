/**
 * Who listens in the studio, and under which keys the shelf keeps what they heard.
 *
 * Must not know: where anything runs.
 */
import {
  defaultEncoderId,
  defaultEncoderIds,
  getEncoderDefinition,
  getTranscriberDefinition,
} from "../../encoder/registry.ts";
import { computeEncoderFingerprint, computeTranscriberFingerprint } from "../../golem/hearing-fingerprint.ts";
import type { ListenerInfo } from "../../golem/view.ts";
import { computeStoreKey } from "../../store/store-key.ts";

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
