/**
 * A golem as it may be passed on: it predicts the same, and says nothing of whose recordings it learned from.
 *
 * What stays is listed in `public-document.ts`: nothing else does. Of a recording that is its label, its length, what it was taken for while
 * held out, its place on the map and two hashes: of its bytes and of its samples. Hashes tell nobody what was said, but tell whoever has the
 * recording already that it was trained on; without them a golem could be scored on its own training recordings unnoticed. For the terms of
 * transcripts their hashes stand, unless transcripts are asked for.
 * Not its concern: the file system, formats it is written in.
 */

import { hashVocabulary, isHashed, type Vocabulary } from "../classifier/text-features.ts";
import { GolemError } from "../core/error.ts";
import type { GolemDocument, TrainingDocument } from "./golem-document.ts";
import { decodeGolemModel, type GolemModel, golemFiles } from "./golem-model.ts";
import {
  isEverybodysEncoder,
  namelessData,
  pickPublicDocument,
  pickPublicTraining,
} from "./public-document.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** A golem to pass on, and in words for people what it still holds of the recordings and what was left out. */
export interface PublicGolem {
  readonly model: GolemModel;
  readonly holds: readonly string[];
  readonly leftOut: readonly string[];
}

/** What is to stay that otherwise does not. */
export interface PublicOptions {
  /** Transcripts of the training recordings, and the words that count as they are. */
  readonly includeTranscripts?: boolean | undefined;
}

/**
 * Takes out of a golem what is nobody else's business; see the header. One that was passed on already comes back as it is.
 *
 * @throws GolemError `invalid-option` where transcripts are asked for that are not there, `golem-damaged` for what no golem has.
 */
export function createPublicGolem(
  model: GolemModel,
  { includeTranscripts = false }: PublicOptions = {},
): PublicGolem {
  const { document, training, classifier } = model;
  if (includeTranscripts) checkTranscripts(model);
  const names = nameEncoders(document);
  const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const { formatVersion } = document;
  const { vocabulary } = classifier;
  const publicModel = decodeGolemModel({
    document: encode(pickPublicDocument(renameEncoders(document, names))),
    tensors: renameTensors(model.encode()[golemFiles.tensors]!, names),
    training: encode(pickPublicTraining(training, document.labels, { includeTranscripts })),
    ...(vocabulary
      ? { text: encode({ formatVersion, ...(includeTranscripts ? vocabulary : hashVocabulary(vocabulary)) }) }
      : {}),
  });
  return {
    model: publicModel,
    holds: describeContents(publicModel),
    leftOut: describeLeftOut(model, publicModel, names),
  };
}

function checkTranscripts({ training, classifier: { vocabulary } }: GolemModel): void {
  const isRead = [...training.recordings, ...(training.test ?? [])].some(({ text }) => text !== undefined);
  if (isRead && !(vocabulary && isHashed(vocabulary))) return;
  throw new GolemError(
    "invalid-option",
    training.withheld
      ? "This golem was passed on without its transcripts; with --include-transcripts they were expected in it."
      : "Words have no say in this golem, and it keeps no transcripts; with --include-transcripts they were expected in it.",
    { hint: "Leave --include-transcripts out." },
  );
}

/** Neutral names for encoders and transcribers that are not everybody's: theirs are paths of this machine. */
function nameEncoders({ encoders, transcriber }: GolemDocument): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const name = (kind: string, { id }: { readonly id: string }): void => {
    const number = names.size === 0 ? "" : `-${names.size + 1}`;
    names.set(id, `./${kind}${number}${id.endsWith("?padded") ? "?padded" : ""}`);
  };
  for (const info of encoders) if (!isEverybodysEncoder(info)) name("encoder", info);
  if (transcriber && !isEverybodysEncoder(transcriber) && !names.has(transcriber.id)) {
    name("transcriber", transcriber);
  }
  return names;
}

function renameEncoders(document: GolemDocument, names: ReadonlyMap<string, string>): GolemDocument {
  const { encoders, transcriber, views, familiarity } = document;
  const renameId = <T extends { readonly id: string }>(info: T): T => ({
    ...info,
    id: names.get(info.id) ?? info.id,
  });
  const rename = <T extends { readonly encoder: string }>(view: T): T => ({
    ...view,
    encoder: names.get(view.encoder) ?? view.encoder,
  });
  return {
    ...document,
    encoders: encoders.map(renameId),
    ...(transcriber ? { transcriber: renameId(transcriber) } : {}),
    views: views.map(rename),
    ...(familiarity ? { familiarity: { ...familiarity, layers: familiarity.layers.map(rename) } } : {}),
  };
}

function renameTensors(bytes: Uint8Array, names: ReadonlyMap<string, string>): Uint8Array {
  if (names.size === 0) return bytes;
  const renamed = Object.entries(decodeSafetensors(bytes)).map(([key, tensor]) => {
    const prefix = key.startsWith("familiarity/") ? "familiarity/" : "";
    const rest = key.slice(prefix.length);
    for (const [id, name] of names) {
      if (rest.startsWith(`${id}/`)) return [`${prefix}${name}${rest.slice(id.length)}`, tensor] as const;
    }
    return [key, tensor] as const;
  });
  return encodeSafetensors(Object.fromEntries(renamed));
}

function describeContents({ document, training, classifier }: GolemModel): string[] {
  const { labels, heads, data, encoders } = document;
  const { recordings, test = [] } = training;
  const all = [...recordings, ...test];
  const { vocabulary } = classifier;
  const texts = all.filter(({ text }) => text !== undefined).length;
  const own = encoders.filter((info) => !isEverybodysEncoder(info)).length;
  return [
    `${labels.length} labels, the weights of ${heads.length} heads, settings, the score`,
    `of each of ${all.length} recordings its label, length, range of levels, how clear its words were, what it was taken for while held out, and hashes, by which whoever has the recording can tell that it was among them`,
    ...(vocabulary ? [describeVocabulary(vocabulary)] : []),
    ...(texts > 0
      ? [`what was understood of ${texts} recordings, word by word, since it was asked for`]
      : []),
    ...(data.name === namelessData ? [] : [`the address of its data set, which is public: ${data.name}`]),
    ...(own > 0
      ? ["the names of the files of an encoder that is not built in, by which it is recognised"]
      : []),
  ];
}

function describeVocabulary(vocabulary: Vocabulary): string {
  const { words, characters } = vocabulary;
  const counts = `${words.idf.length} words and word pairs that were heard in the recordings and of ${characters.idf.length} pieces of words`;
  return isHashed(vocabulary)
    ? `hashes of ${counts}, since words count in its decision (no words, but whoever tries words finds which are among them; --acoustic-only does without)`
    : `the very text of ${counts}, since it was asked for`;
}

function describeLeftOut(
  { document, training, classifier }: GolemModel,
  passed: GolemModel,
  names: ReadonlyMap<string, string>,
): string[] {
  const { recordings, test = [], findings = [], asked = {}, withheld = false } = training;
  const all = [...recordings, ...test];
  const speakers = new Set(all.flatMap(({ speaker }) => (speaker === undefined ? [] : [speaker]))).size;
  const countTexts = (rows: TrainingDocument["recordings"]) =>
    rows.filter(({ text }) => text !== undefined).length;
  const texts =
    countTexts(all) - countTexts([...passed.training.recordings, ...(passed.training.test ?? [])]);
  const { vocabulary } = classifier;
  const isHashedNow = vocabulary && !isHashed(vocabulary) && isHashed(passed.classifier.vocabulary!);
  const words = isHashedNow ? vocabulary.words.idf.length : 0;
  const { skipped = [], overlap = [] } = document.evaluation ?? {};
  const listed = skipped.length + overlap.length;
  const addresses =
    names.size +
    (typeof asked.test === "string" ? 1 : 0) +
    (document.data.name === passed.document.data.name ? 0 : 1);
  const parts: readonly (readonly [count: number, one: string, several: string])[] = [
    [withheld ? 0 : all.length, "name of a recording", "names of recordings"],
    [speakers, "name of a speaker", "names of speakers"],
    [texts, "transcript", "transcripts"],
    [words, "word that was heard", "words and word pairs that were heard"],
    [findings.length, "finding of the doctor", "findings of the doctor"],
    [listed, "recording listed as left out", "recordings listed as left out"],
    [withheld ? 0 : addresses, "path or address", "paths and addresses"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, one, several]) => `${count} ${count === 1 ? one : several}`);
}
