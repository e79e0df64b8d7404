/**
 * Creates the public form of a golem: its predictions are the same, and it does not reveal who is in its
 * training recordings.
 *
 * Not its concern: the file system, export formats.
 *
 * Only what is listed in `public-document.ts` remains. For a recording, that is its label, its duration, its
 * predictions while held out, its position on the map, and hashes of its bytes and of its samples. The hashes
 * do not reveal its contents, but anyone who has the recording can find out that it was used for training.
 * Without them, a golem could be evaluated on its own training recordings unnoticed. Terms of transcripts are
 * replaced by hashes, unless transcripts are to be included.
 */

import { hashVocabulary, isHashed, type Vocabulary } from "../classifier/features/text-features.ts";
import { GolemError } from "../core/error.ts";
import type { GolemDocument } from "./golem-document.ts";
import { decodeGolemModel, type GolemModel, golemFiles } from "./golem-model.ts";
import {
  anonymousDataName,
  isPublicEncoder,
  pickPublicDocument,
  pickPublicTraining,
} from "./public-document.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { TrainingDocument } from "./training-document.ts";

/** The public form of a golem, with descriptions of what it still contains and of what was left out. */
export interface PublicGolem {
  readonly model: GolemModel;
  readonly holds: readonly string[];
  readonly leftOut: readonly string[];
}

/** Options of {@link createPublicGolem}. */
interface PublicOptions {
  /** Keep the transcripts of the training recordings, and the words of the vocabulary. */
  readonly includeTranscripts?: boolean | undefined;
}

/**
 * Removes private contents from a golem; see the header. A golem from which they were removed before does not
 * change.
 *
 * @throws GolemError `invalid-option` if transcripts are to be included but the golem has none;
 * `golem-damaged` for values of an unexpected form.
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
  const hasTexts = [...training.recordings, ...(training.test ?? [])].some(({ text }) => text !== undefined);
  if (hasTexts && !(vocabulary && isHashed(vocabulary))) return;
  throw new GolemError(
    "invalid-option",
    training.withheld
      ? "This golem was exported without its transcripts; --include-transcripts needs them."
      : "This golem does not use words and stores no transcripts; --include-transcripts needs them.",
    { hint: "Leave --include-transcripts out." },
  );
}

/** Chooses neutral names for encoders and transcribers whose ids are paths on this machine. */
function nameEncoders({ encoders, transcriber }: GolemDocument): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const name = (kind: string, { id }: { readonly id: string }): void => {
    const number = names.size === 0 ? "" : `-${names.size + 1}`;
    names.set(id, `./${kind}${number}${/\?(padded|language=\w+)$/.exec(id)?.[0] ?? ""}`);
  };
  for (const info of encoders) if (!isPublicEncoder(info)) name("encoder", info);
  if (transcriber && !isPublicEncoder(transcriber) && !names.has(transcriber.id)) {
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
  const privateEncoders = encoders.filter((info) => !isPublicEncoder(info)).length;
  return [
    `${labels.length} labels, the weights of ${heads.length} heads, settings, the score`,
    `for each of ${all.length} recordings its label, duration, range of levels, clarity of speech, predictions while held out, and hashes, by which anyone who has the recording can tell that it was used`,
    ...(vocabulary ? [describeVocabulary(vocabulary)] : []),
    ...(texts > 0 ? [`the transcripts of ${texts} recordings, as requested`] : []),
    ...(data.name === anonymousDataName
      ? []
      : [`the address of the data set, which is public: ${data.name}`]),
    ...(privateEncoders > 0
      ? ["the names of the weight files of an encoder that is not built in, which identify it"]
      : []),
  ];
}

function describeVocabulary(vocabulary: Vocabulary): string {
  const { words, characters } = vocabulary;
  const counts = `${words.idf.length} words and word pairs of the transcripts and of ${characters.idf.length} parts of words`;
  return isHashed(vocabulary)
    ? `hashes of ${counts}, since the decision depends on words (the words cannot be read, but anyone can test whether a word is among them; --acoustic-only avoids this)`
    : `the text of ${counts}, as requested`;
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
  const isNewlyHashed = vocabulary && !isHashed(vocabulary) && isHashed(passed.classifier.vocabulary!);
  const words = isNewlyHashed ? vocabulary.words.idf.length : 0;
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
    [words, "word of the transcripts", "words and word pairs of the transcripts"],
    [findings.length, "finding of the doctor", "findings of the doctor"],
    [listed, "recording listed as left out", "recordings listed as left out"],
    [withheld ? 0 : addresses, "path or address", "paths and addresses"],
  ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, one, several]) => `${count} ${count === 1 ? one : several}`);
}
