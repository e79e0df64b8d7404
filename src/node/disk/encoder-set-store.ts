/**
 * The store's contents for one encoder set: each encoder's embedding and the transcript have their own keys,
 * so that encoder sets share the outputs of common encoders.
 *
 * Not its concern: how recordings are embedded, labels.
 */
import type { AudioFacts, AudioSettings } from "../../audio/audio.ts";
import type { EmbeddedSource } from "../../embed/embed-source.ts";
import {
  computeEncoderFingerprint,
  computeTranscriberFingerprint,
} from "../../embed/embedding-fingerprint.ts";
import type { EmbeddingStore, StoredEmbedding } from "../../embed/store.ts";
import { computeStoreKey } from "../../embed/store-key.ts";
import type { ResolvedEncoderSet } from "../../encoder/resolved-encoder.ts";
import type { EncoderSetParts } from "../models/load-encoder-set.ts";

/** The stored parts of one recording's embedding. */
export interface StoredParts {
  /** Undefined if no embedding is stored: facts are stored with embeddings. */
  readonly facts: AudioFacts | undefined;
  /** The parts to compute; undefined if none is missing. */
  readonly missing: EncoderSetParts | undefined;
  /** Joins the stored parts with the output for the missing ones. */
  complete(output?: EmbeddedSource): EmbeddedSource;
}

/** The store for one encoder set. */
export interface EncoderSetStore {
  /** Gets the stored parts; `file` is the recording's name in warnings. */
  get(fileHash: string, file: string): StoredParts;
  /** Stores the output for `parts` of the encoder set, in their order; resolves when it is committed. */
  put(fileHash: string, file: string, parts: EncoderSetParts, output: EmbeddedSource): Promise<void>;
}

/** Creates the store for an encoder set with the given audio settings. */
export function createEncoderSetStore(
  store: EmbeddingStore,
  { encoders, transcriber }: ResolvedEncoderSet,
  audio: Partial<AudioSettings> | undefined,
): EncoderSetStore {
  const fingerprints = encoders.map(({ info }) => computeEncoderFingerprint(info, audio));
  const transcriberFingerprint = transcriber && computeTranscriberFingerprint(transcriber.info, audio);
  return {
    get(fileHash, file) {
      const embeddings = fingerprints.map((fingerprint): StoredEmbedding | undefined => {
        const embedding = store.get(computeStoreKey(fileHash, fingerprint));
        return embedding && { ...embedding, facts: renameWarnings(embedding.facts, anyName, file) };
      });
      const facts = embeddings.find((embedding) => embedding !== undefined)?.facts;
      const transcript =
        transcriberFingerprint === undefined
          ? undefined
          : store.transcripts.get(computeStoreKey(fileHash, transcriberFingerprint));
      const absent = [...embeddings.keys()].filter((i) => !embeddings[i]);
      // Without a stored embedding there are no facts, so the recording must be read again even if only its
      // transcript is used.
      const isUnread = transcriber !== undefined && !(transcript && (facts || absent.length > 0));
      return {
        facts,
        missing: absent.length > 0 || isUnread ? { encoders: absent, transcriber: isUnread } : undefined,
        complete(output) {
          const written = output?.transcript ?? transcript;
          return {
            facts: (facts ?? output?.facts)!,
            embeddings: embeddings.map((stored, i) => stored ?? output!.embeddings[absent.indexOf(i)]!),
            ...(written ? { transcript: written } : {}),
          };
        },
      };
    },
    async put(fileHash, file, parts, { facts, embeddings, transcript }) {
      const kept = renameWarnings(facts, file, anyName);
      const puts = parts.encoders.map((i, place) =>
        store.put(computeStoreKey(fileHash, fingerprints[i]!), { ...embeddings[place]!, facts: kept }),
      );
      if (transcript && transcriberFingerprint !== undefined) {
        puts.push(store.transcripts.put(computeStoreKey(fileHash, transcriberFingerprint), transcript));
      }
      await Promise.all(puts);
    },
  };
}

/** Placeholder for the file name in stored warnings: the same bytes may have another name next time. */
const anyName = "\u0000file\u0000";

function renameWarnings(facts: AudioFacts, from: string, to: string): AudioFacts {
  if (facts.warnings.length === 0) return facts;
  const warnings = facts.warnings.map((warning) => ({
    ...warning,
    message: warning.message.replaceAll(from, to),
  }));
  return { ...facts, warnings };
}
