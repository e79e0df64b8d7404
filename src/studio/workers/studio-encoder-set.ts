/**
 * The encoder set of the studio, which is the default of training, and the keys under which the shelf keeps
 * its output.
 *
 * Not its concern: where anything runs.
 */

import type { EncoderSetInfo } from "../../classifier/view.ts";
import { defaultRecipe } from "../../core/default-recipe.ts";
import {
  computeEncoderFingerprint,
  computeTranscriberFingerprint,
} from "../../embed/embedding-fingerprint.ts";
import { computeStoreKey, fingerprintDigits, keyDigits } from "../../embed/store-key.ts";
import { getEncoderDefinition, getTranscriberDefinition } from "../../encoder/registry.ts";

/** The encoders and the transcriber that every recording is embedded with. */
export const studioEncoderSet: Required<EncoderSetInfo> = {
  encoders: defaultRecipe.encoders.map((id) => getEncoderDefinition(id).info),
  transcriber: getTranscriberDefinition(defaultRecipe.transcriber)!.info,
};

const fingerprints = [
  ...studioEncoderSet.encoders.map((info) => computeEncoderFingerprint(info)),
  computeTranscriberFingerprint(studioEncoderSet.transcriber!),
];

const heads = listStoreKeys("0".repeat(64)).map((key) => key.slice(0, fingerprintDigits));

/** Whether a store key is of the studio's encoders and audio settings. */
export function isStoreKey(key: string): boolean {
  return key.length === keyDigits && heads.includes(key.slice(0, fingerprintDigits));
}

/** Keys of a recording's embeddings, one per encoder, and of its transcript; `hash`: its SHA-256. */
export function listStoreKeys(hash: string): string[] {
  return fingerprints.map((fingerprint) => computeStoreKey(hash, fingerprint));
}
