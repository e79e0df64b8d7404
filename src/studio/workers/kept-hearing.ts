/**
 * What was heard of recordings, as the shelf keeps it: written by the worker that hears, read by the one that learns.
 *
 * Not its concern: who hears, what is learned.
 */

import type { AudioFacts } from "../../audio/audio.ts";
import { type EmbeddedSource, getEmbedding } from "../../embed/embed-source.ts";
import type { EmbeddedRecording, Embedding } from "../../embed/embedded-recording.ts";
import { embeddingCodec } from "../../embed/embedding-codec.ts";
import { transcriptCodec } from "../../embed/transcript-codec.ts";
import type { Shelf } from "../data/shelf.ts";
import type { KeptRecording } from "../data/task.ts";
import { listHearingKeys } from "./hearing-keys.ts";

/** What was heard, with the facts. */
export type KnownRecording = Embedding & { readonly facts: AudioFacts };

/** What the shelf has of recordings with these hashes, in their order; undefined where anything is missing or damaged. */
export async function readHearings(
  shelf: Shelf,
  hashes: readonly string[],
): Promise<(KnownRecording | undefined)[]> {
  const keys = hashes.map(listHearingKeys);
  const values = await shelf.getHearings(keys.flat());
  let place = 0;
  return keys.map((own) => {
    const bytes = values.slice(place, place + own.length);
    place += own.length;
    const embeddings = bytes.slice(0, -1).map((value) => value && embeddingCodec.decode(value));
    const last = bytes.at(-1);
    const transcript = last && transcriptCodec.decode(last);
    const known = embeddings.filter((embedding) => embedding !== undefined);
    if (known.length < embeddings.length || !transcript) return undefined;
    return { facts: known[0]!.facts, ...getEmbedding({ embeddings: known, transcript }) };
  });
}

/** Keeps what was heard of a recording; resolves when it is on the disk. */
export async function writeHearing(shelf: Shelf, hash: string, heard: EmbeddedSource): Promise<void> {
  const keys = listHearingKeys(hash);
  const { facts, embeddings, transcript } = heard;
  await shelf.putHearings([
    ...embeddings.map((embedding, i) => ({
      key: keys[i]!,
      bytes: embeddingCodec.encode({ ...embedding, facts }),
    })),
    ...(transcript ? [{ key: keys.at(-1)!, bytes: transcriptCodec.encode(transcript) }] : []),
  ]);
}

/** A recording of the shelf with what was heard of it, as training takes it. */
export function joinHearing(recording: KeptRecording, known: KnownRecording): EmbeddedRecording {
  const { file, label, speaker, split, hash } = recording;
  return {
    ...known,
    ...{ file, label, split: split ?? "none", fileHash: hash },
    ...(speaker === undefined ? {} : { speaker }),
  };
}
