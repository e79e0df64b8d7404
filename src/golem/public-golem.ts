/**
 * A golem as it may be passed on: it predicts the same, and says nothing of whose recordings it learned from.
 *
 * Names and folders of recordings, speakers, transcripts, findings, what was left out by name, and paths of this machine go. What stays of
 * a recording is its label, its length, what it was taken for while held out, its place on the map and two hashes: of its bytes and
 * of its samples. Hashes tell nobody what was said, but tell whoever has the recording already that it was trained on; without them
 * a golem could be scored on its own training recordings unnoticed.
 * Must not know: the file system, formats it is written in.
 */
import { isHubAddress } from "../dataset/hub-address.ts";
import type { GolemDocument, TrainingDocument } from "./golem-document.ts";
import { decodeGolemModel, type GolemModel, golemFiles } from "./golem-model.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";

/** A golem to pass on, and in words for people what it still holds of the recordings and what was left out. */
export interface PublicGolem {
  readonly model: GolemModel;
  readonly holds: readonly string[];
  readonly leftOut: readonly string[];
}

/** What data sets are called whose name would be a path. */
const namelessData = "recordings";

/** Takes out of a golem what is nobody else's business; see the header. One that was passed on already comes back as it is. */
export function createPublicGolem(model: GolemModel): PublicGolem {
  const { document, training } = model;
  const files = model.encode();
  const names = nameEncoders(document);
  const text = new TextEncoder();
  const encode = (value: unknown) => text.encode(JSON.stringify(value));
  const publicModel = decodeGolemModel({
    document: encode(cleanDocument(document, names)),
    tensors: renameTensors(files[golemFiles.tensors]!, names),
    training: encode(cleanTraining(training)),
    ...(files[golemFiles.text] ? { text: files[golemFiles.text] } : {}),
  });
  return { model: publicModel, holds: describeContents(publicModel), leftOut: describeLeftOut(model, names) };
}

/** Encoders that are named by a path of this machine, with the names they get instead. */
function nameEncoders({ encoders }: GolemDocument): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const { id } of encoders) {
    if (!/^([/\\.~]|[a-z]:)/i.test(id)) continue;
    const base = id.split(/[\\/]+/).findLast((part) => part !== "") ?? "encoder";
    let name = `./${base}`;
    for (let i = 2; taken.has(name); i++) name = `./${i}/${base}`;
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

function cleanDocument(document: GolemDocument, names: ReadonlyMap<string, string>): GolemDocument {
  const { evaluation, data, familiarity } = document;
  const rename = <T extends { readonly encoder: string }>(view: T): T => ({
    ...view,
    encoder: names.get(view.encoder) ?? view.encoder,
  });
  return {
    ...document,
    encoders: document.encoders.map((info) => ({ ...info, id: names.get(info.id) ?? info.id })),
    views: document.views.map(rename),
    ...(familiarity ? { familiarity: { ...familiarity, layers: familiarity.layers.map(rename) } } : {}),
    data: { ...data, name: isHubAddress(data.name) ? data.name : namelessData },
    // The reason may name a speaker.
    evaluation: evaluation && { ...evaluation, overlap: [], skipped: [], groupingReason: undefined },
  };
}

function cleanTraining({ recordings, test, asked, formatVersion }: TrainingDocument): TrainingDocument {
  const clean =
    (side: string) =>
    (
      { file: _, speaker: __, text: ___, ...rest }: TrainingDocument["recordings"][number],
      i: number,
    ): TrainingDocument["recordings"][number] => ({ file: `${side}-${i + 1}`, ...rest });
  const { test: _, encoder, ...flags } = asked ?? {};
  return {
    formatVersion,
    withheld: true,
    recordings: recordings.map(clean("recording")),
    ...(test ? { test: test.map(clean("test")) } : {}),
    asked: { ...flags, ...(typeof encoder === "string" && !/[\\/]/.test(encoder) ? { encoder } : {}) },
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
  const { recordings, test = [] } = training;
  const terms = classifier.vocabulary;
  return [
    `${document.labels.length} labels, the weights of ${document.heads.length} heads, settings, the score`,
    `of each of ${recordings.length + test.length} recordings its label, length, range of levels, how clear its words were, what it was taken for while held out, and hashes, by which whoever has the recording can tell that it was among them`,
    ...(terms
      ? [
          `${terms.words.terms.length} words and word pairs that were heard in the recordings, since words count in its decision (no sentences; --acoustic-only does without)`,
        ]
      : []),
  ];
}

function describeLeftOut({ document, training }: GolemModel, names: ReadonlyMap<string, string>): string[] {
  const { recordings, test = [], findings = [], asked = {} } = training;
  const all = [...recordings, ...test];
  const speakers = new Set(all.flatMap(({ speaker }) => (speaker === undefined ? [] : [speaker]))).size;
  const texts = all.filter(({ text }) => text !== undefined).length;
  const { skipped = [], overlap = [] } = document.evaluation ?? {};
  const listed = skipped.length + overlap.length;
  const paths =
    names.size + (typeof asked.test === "string" ? 1 : 0) + (isHubAddress(document.data.name) ? 0 : 1);
  const parts: readonly (readonly [count: number, one: string, several: string])[] = training.withheld
    ? []
    : [
        [all.length, "name of a recording", "names of recordings"],
        [speakers, "name of a speaker", "names of speakers"],
        [texts, "transcript", "transcripts"],
        [findings.length, "finding of the doctor", "findings of the doctor"],
        [listed, "recording listed as left out", "recordings listed as left out"],
        [paths, "place on this machine", "places on this machine"],
      ];
  return parts
    .filter(([count]) => count > 0)
    .map(([count, one, several]) => `${count} ${count === 1 ? one : several}`);
}
