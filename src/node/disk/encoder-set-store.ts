/**
 * What the store knows of recordings for one listener: each encoder's embedding and the transcript under keys of their own,
 * so that another listener finds what it has in common with this one.
 *
 * Not its concern: how recordings are heard, labels.
 */
import type { AudioFacts, AudioSettings } from "../../audio/audio.ts";
import type { EmbeddedSource } from "../../embed/embed-source.ts";
import {
  computeEncoderFingerprint,
  computeTranscriberFingerprint,
} from "../../embed/embedding-fingerprint.ts";
import type { EmbeddingStore, StoredEmbedding } from "../../embed/store.ts";
import { computeStoreKey } from "../../embed/store-key.ts";
import { defaultEncoderId, getTranscriberDefinition } from "../../encoder/registry.ts";
import type { Transcript } from "../../encoder/transcriber.ts";
import type { ResolvedEncoderSet } from "../models/encoder-source.ts";
import type { EncoderSetParts } from "../models/load-encoder-set.ts";

/** What is known of one recording. */
export interface KnownEmbeddings {
  /** Undefined when no encoder has heard it. */
  readonly facts: AudioFacts | undefined;
  /** In the order of the listener's encoders. */
  readonly embeddings: readonly (StoredEmbedding | undefined)[];
  readonly transcript: Transcript | undefined;
}

/** One listener's view of the store. */
export interface EncoderSetStore {
  /** `file` is what warnings call the recording. */
  get(fileHash: string, file: string): KnownEmbeddings;
  /** Keeps what `parts` of the listener heard, in their order; resolves when it is committed. */
  put(fileHash: string, file: string, parts: EncoderSetParts, heard: EmbeddedSource): Promise<void>;
}

/** Creates the view of a listener that hears under those settings. */
export function createEncoderSetStore(
  store: EmbeddingStore,
  encoderSet: ResolvedEncoderSet,
  audio: Partial<AudioSettings> | undefined,
): EncoderSetStore {
  const fingerprints = encoderSet.encoders.map(({ info }) => computeEncoderFingerprint(info, audio));
  const transcriber = encoderSet.transcriber ? getTranscriberDefinition(defaultEncoderId)?.info : undefined;
  const transcriberFingerprint = transcriber && computeTranscriberFingerprint(transcriber, audio);
  return {
    get(fileHash, file) {
      const embeddings = fingerprints.map((fingerprint) => {
        const embedding = store.get(computeStoreKey(fileHash, fingerprint));
        return embedding && { ...embedding, facts: renameWarnings(embedding.facts, anyName, file) };
      });
      return {
        facts: embeddings.find((embedding) => embedding !== undefined)?.facts,
        embeddings,
        transcript:
          transcriberFingerprint === undefined
            ? undefined
            : store.transcripts.get(computeStoreKey(fileHash, transcriberFingerprint)),
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
