/**
 * The store's contents for one encoder set: each encoder's embedding and the transcript have keys of their
 * own, so that another encoder set finds what it has in common with this one.
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

/** What the store holds of one recording. */
export interface StoredParts {
  /** Undefined where no embedding is stored: facts are stored with embeddings. */
  readonly facts: AudioFacts | undefined;
  /** What has to be computed; undefined where nothing is missing. */
  readonly missing: EncoderSetParts | undefined;
  /** Joins it with the output for the missing parts. */
  complete(output?: EmbeddedSource): EmbeddedSource;
}

/** The store as one encoder set uses it. */
export interface EncoderSetStore {
  /** `file` is what warnings call the recording. */
  get(fileHash: string, file: string): StoredParts;
  /** Stores the output for `parts` of the encoder set, in their order; resolves when it is committed. */
  put(fileHash: string, file: string, parts: EncoderSetParts, output: EmbeddedSource): Promise<void>;
}

/** Creates the view of an encoder set under those audio settings. */
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
      // Without a stored embedding there are no facts, so the recording has to be read again for the
      // transcript's sake.
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

/** Stands for the file in warnings that are kept: the same bytes may have another name next time. */
const anyName = "\u0000file\u0000";

function renameWarnings(facts: AudioFacts, from: string, to: string): AudioFacts {
  if (facts.warnings.length === 0) return facts;
  const warnings = facts.warnings.map((warning) => ({
    ...warning,
    message: warning.message.replaceAll(from, to),
  }));
  return { ...facts, warnings };
}
