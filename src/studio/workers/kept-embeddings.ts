/**
 * Embeddings of recordings as the shelf keeps them: written by the worker that embeds, read by the one that
 * trains.
 *
 * Not its concern: encoders, classifiers.
 */

import type { EmbeddedSource } from "../../embed/embed-source.ts";
import { findHighBand } from "../../embed/embedded-recording.ts";
import { embeddingCodec } from "../../embed/embedding-codec.ts";
import { transcriptCodec } from "../../embed/transcript-codec.ts";
import { getSpokenText, isSpeech } from "../../encoder/speech-check.ts";
import type { Shelf } from "../data/shelf.ts";
import type { EmbedResult } from "../data/task.ts";
import { listStoreKeys } from "./studio-encoder-set.ts";

/** The shelf's embeddings by recordings' hashes, in order; undefined if one is missing or damaged. */
export async function readEmbeddings(
  shelf: Pick<Shelf, "getEmbeddings">,
  hashes: readonly string[],
): Promise<(EmbeddedSource | undefined)[]> {
  const keys = hashes.map(listStoreKeys);
  const values = await shelf.getEmbeddings(keys.flat());
  let place = 0;
  return keys.map((own) => {
    const bytes = values.slice(place, place + own.length);
    place += own.length;
    const stored = bytes.slice(0, -1).map((value) => value && embeddingCodec.decode(value));
    const last = bytes.at(-1);
    const transcript = last && transcriptCodec.decode(last);
    const embeddings = stored.filter((embedding) => embedding !== undefined);
    if (embeddings.length < stored.length || !transcript) return undefined;
    return { facts: embeddings[0]!.facts, embeddings, transcript };
  });
}

/** Keeps the embeddings of a recording; resolves when they are on the disk. */
export async function writeEmbeddings(
  shelf: Pick<Shelf, "putEmbeddings">,
  hash: string,
  { facts, embeddings, transcript }: EmbeddedSource,
): Promise<void> {
  const keys = listStoreKeys(hash);
  await shelf.putEmbeddings([
    ...embeddings.map((embedding, i) => ({
      key: keys[i]!,
      bytes: embeddingCodec.encode({ ...embedding, facts }),
    })),
    ...(transcript ? [{ key: keys.at(-1)!, bytes: transcriptCodec.encode(transcript) }] : []),
  ]);
}

/** What the page shows of an embedded recording. */
export function describeEmbedded({ facts, transcript }: EmbeddedSource): EmbedResult {
  const silent = facts.warnings.find(({ code }) => code === "silent");
  if (silent) return { state: "refused", ...(findHighBand(facts) ?? silent) };
  return {
    state: "embedded",
    seconds: facts.seconds,
    ...(transcript ? { text: getSpokenText(transcript) } : {}),
    isSpeech: transcript !== undefined && isSpeech(transcript),
  };
}
