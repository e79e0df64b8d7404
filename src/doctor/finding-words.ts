/**
 * The wording of findings: the type of a catalogue in any language, and the English catalogue.
 *
 * Every kind has a title; every reason has a message (what was found, its effect on the score) and advice.
 * Not its concern: how anything is found, where it is shown.
 */
import { formatNumberOf, formatPercent } from "../core/format.ts";
import type {
  Finding,
  FindingCode,
  FindingDetails,
  FindingFacts,
  FindingKind,
  FindingReason,
  FoundFault,
  NuisanceId,
} from "./finding.ts";

/** The text of one finding. */
export interface FindingText {
  /** What was found, and its effect on the score. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
}

/** The texts of one language. */
export interface FindingCatalogue {
  readonly titles: Readonly<Record<FindingKind, string>>;
  readonly texts: {
    readonly [C in FindingCode]: (facts: FindingFacts[C], details: FindingDetails) => FindingText;
  };
}

/** Gets the title of a kind; a kind of another version's golem is its own title. */
export function getFindingTitle({ titles }: Pick<FindingCatalogue, "titles">, kind: string): string {
  return Object.hasOwn(titles, kind) ? titles[kind as FindingKind] : kind;
}

/** Words a reason; undefined for a code that the catalogue lacks (from a golem of another version). */
export function describeReason<C extends FindingCode>(
  { texts }: Pick<FindingCatalogue, "texts">,
  reason: FindingReason<C>,
  details: FindingDetails = {},
): FindingText | undefined {
  const { code } = reason as { readonly code: C };
  return Object.hasOwn(texts, code) ? texts[code](reason as FindingFacts[C], details) : undefined;
}

/** Adds the English text to a fault. */
export function wordFinding({
  kind,
  severity,
  files,
  reason,
  details,
  suspicions,
  groups,
}: FoundFault): Finding {
  const { message, advice } = describeReason(englishFindings, reason, details)!;
  return {
    ...{ kind, severity, files, message, reason, advice },
    ...(groups ? { groups } : {}),
    ...(suspicions ? { suspicions } : {}),
  };
}

const recordings = (count: number): string => formatNumberOf(count, "recording");
/** Formats a number of recordings and the verb that follows. */
const recordingsAre = (count: number): string => `${recordings(count)} ${count === 1 ? "is" : "are"}`;
const percent = (share: number): string => formatPercent(share, 0);

const sameWay = "Record every class in the same way, on the same device, in the same format.";
const severalSpeakers =
  "Have every class recorded by several speakers, each speaker recording several classes.";

const nuisances: Readonly<Record<NuisanceId, { readonly name: string; readonly advice: string }>> = {
  speaker: { name: "The speaker", advice: severalSpeakers },
  format: { name: "The file format", advice: sameWay },
  rate: { name: "The sample rate", advice: sameWay },
  channels: { name: "The number of channels", advice: sameWay },
  loudness: {
    name: "The loudness",
    advice: "Normalise all recordings to the same loudness, or record every class at several levels.",
  },
  duration: {
    name: "The duration",
    advice: "Cut recordings of all classes to similar lengths, unless the length is part of the sound.",
  },
  noise: {
    name: "The background noise (the device, or the room)",
    advice: "Record every class in several rooms, on several devices.",
  },
  offset: {
    name: "The offset from zero (the device)",
    advice: "Record every class on several devices.",
  },
};

/** Words the problem of the first of several files; the others may have different ones. */
const describeFirst = (count: number, problem = ""): string =>
  count === 1 ? problem : `The first: ${problem}`;

/** Describes copies, the same for all reasons. */
const describeCopies = (files: string, isExact: boolean | undefined): string =>
  `${files} ${isExact ? "contain the same audio" : "are copies of one recording"}`;

function describeNuisance(
  { nuisance, share, chance }: FindingFacts["nuisance-tells"],
  effect: string,
): FindingText {
  const { name, advice } = nuisances[nuisance];
  return {
    message: `${name} alone predicts ${percent(share)} of the labels (chance ${percent(chance)}): ${effect}`,
    advice,
  };
}

const severalSources =
  "Record each class from several sources: other occasions, places, devices or speakers. If these recordings are not pieces of longer ones, name their true sources in a column speaker.";

const describePieces = ({ sources, pieces, examples }: FindingFacts["pieces-together"]): string =>
  `${recordings(pieces)} are pieces of ${formatNumberOf(sources, "longer recording")} (${examples})`;

const describeUneven = (
  { largest, most, smallest, least }: FindingFacts["uneven"],
  effect: string,
): FindingText => ({
  message: `${largest} has ${recordings(most)}, ${smallest} ${least}: ${effect} plain accuracy looks better than it is.`,
  advice: "Record more of the rare classes, and judge by balanced accuracy.",
});

const describeRates = (rates: string, effect: string): FindingText => ({
  message: `Sample rates are mixed (${rates.replaceAll(" x ", " at ")}): ${effect}`,
  advice:
    "Record all classes at the sample rate of later recordings, or convert all of them to the lowest of these rates.",
});

/** English; used by the command line, reports and the documents of both. */
export const englishFindings: FindingCatalogue = {
  titles: {
    "likely-mislabelled": "Hard or wrongly labelled recordings",
    "near-duplicate": "Copies of one recording",
    silent: "Silent recordings",
    quiet: "Very quiet recordings",
    clipped: "Clipped recordings",
    ultrasound: "Recordings with most of their energy above 8 kHz",
    "channels-cancel": "Channels that cancel each other",
    "dc-offset": "Recordings not centred on zero",
    "too-short": "Very short recordings",
    "too-long": "Very long recordings",
    "sample-rate-mixture": "Different sample rates",
    confounded: "Something other than the sound predicts the label",
    "one-speaker": "Speakers cannot be kept apart",
    "shared-speaker": "The same speakers in training and test",
    "same-source": "Pieces of one recording",
    "alike-labels": "Labels that differ only in spelling",
    imbalanced: "Classes of very different size",
    "too-few": "Too few recordings",
    "unseen-label": "Classes that are only in the test set",
    unreadable: "Unreadable files",
    damaged: "Damaged files",
  },
  texts: {
    doubted: ({ count, share, file, label, suggested, confidence }) => ({
      message: `${count === 1 ? `${file} is` : recordingsAre(count)} hard to classify or wrongly labelled (${percent(share)} of all). ${count === 1 ? "It" : `The first, ${file},`} is labelled ${label}; a classifier trained without it predicts ${suggested}, probability ${percent(confidence)}. Wrong labels are learned like right ones, and make correct predictions count as mistakes.`,
      advice:
        "Listen to them. Correct wrong labels; if a label is right, keep the recording and record more like it.",
    }),
    "copies-other-label": ({ files, labels }, { isExact }) => ({
      message: `${describeCopies(files, isExact)} under different labels (${labels}): at least one label is wrong, and neither can be learned.`,
      advice: "Decide which label is right and delete the other copy.",
    }),
    "copies-other-side": ({ files }, { isExact }) => ({
      message: `${describeCopies(files, isExact)} on both sides of the split: the test set repeats training recordings, so the score is too high.`,
      advice: "Keep each recording on one side only.",
    }),
    "copies-counted-once": ({ files }) => ({
      message: `${describeCopies(files, true)}: training uses it once.`,
      advice: "Keep one of them.",
    }),
    "copies-one-voice": ({ files }) => ({
      message: `${describeCopies(files, false)}: they stay on one side of each fold and add little to a single one.`,
      advice: "Keep the best one.",
    }),
    copies: ({ files }) => ({
      message: `${describeCopies(files, false)}: in cross-validation, training on one makes the other easier to classify, so the score is too high.`,
      advice: "Keep the best one.",
    }),
    silent: ({ count }) => ({
      message: `${recordingsAre(count)} silent from start to end: training leaves silent recordings out, so their classes are smaller than they look.`,
      advice:
        "If silence is one of your classes, label them _silence; otherwise delete them or record them again, with an input that is not muted.",
    }),
    quiet: ({ count, peakDb }) => ({
      message: `${recordingsAre(count)} very quiet (peak below ${peakDb} dB of full scale): noise and rounding may mask the sound.`,
      advice:
        "Listen to them; if noise masks the sound, record again, closer to the microphone or at a higher level.",
    }),
    clipped: ({ count }) => ({
      message: `${recordingsAre(count)} clipped at full scale: the distortion may be learned if one class has more of it.`,
      advice:
        "Record them again at a lower level, or leave them out if the class has enough others; making a clipped file quieter does not repair it.",
    }),
    ultrasound: ({ count }, { problem }) => ({
      message: `${recordings(count)} with most of the energy above the 8 kHz that the encoders use: sound above it cannot be learned.${problem ? ` The first: ${problem}` : ""}`,
      advice:
        "If that sound distinguishes the classes, slow all recordings down by one factor, both in training and in use; otherwise leave them unchanged.",
    }),
    "channels-cancel": ({ count }, { problem }) => ({
      message: `${recordings(count)} with channels that cancel each other when averaged: the louder channel was used alone.${problem ? ` The first: ${problem}` : ""}`,
      advice: "Check whether one channel is inverted, or record in mono.",
    }),
    "dc-offset": ({ count }) => ({
      message: `${recordingsAre(count)} not centred on zero (DC offset): the offset identifies the recording device and affects embeddings.`,
      advice:
        "Remove the offset with a high-pass filter at 20 Hz, both from training recordings and from those to classify.",
    }),
    "too-short": ({ count, limitSeconds, medianSeconds }) => ({
      message: `${recordings(count)} with hardly any sound (under ${limitSeconds} s, or far under the median of ${medianSeconds.toFixed(1)} s): too little to distinguish classes.`,
      advice: "Listen to them: a word may have been cut off. Record them again or leave them out.",
    }),
    "too-long": ({ count, limitSeconds, medianSeconds }) => ({
      message: `${recordingsAre(count)} much longer than the others (median ${medianSeconds.toFixed(1)} s) or than the ${limitSeconds} s that an encoder processes at once: the relevant part is averaged with the rest.`,
      advice: "Cut out the part that the label describes, one recording per part.",
    }),
    "rates-heard": ({ rates }) =>
      describeRates(
        rates,
        "recordings below 16000 Hz lack the high frequencies of the others, and if one class has more such recordings, the difference may be learned.",
      ),
    "rates-not-heard": ({ rates }) =>
      describeRates(
        rates,
        "all are resampled to 16000 Hz, so little is lost, but the rate may identify a device.",
      ),
    "nuisance-tells": (facts) =>
      describeNuisance(
        facts,
        "it may be all that is learned, and the score would then measure it instead of the sound.",
      ),
    "nuisance-may-tell": (facts) =>
      describeNuisance(
        facts,
        "unless it is part of what distinguishes the classes, it may be all that is learned and measured.",
      ),
    "speaker-tells": (facts) =>
      describeNuisance(
        facts,
        "each speaker has one label, so keep speakers apart in every test (golem train does).",
      ),
    "class-given-away": ({ nuisance, label, count, size, others, value }) => ({
      message: `${nuisances[nuisance].name} identifies ${label}: ${recordings(count)} of its ${size} and ${others} of all others have ${value}, so this may be learned instead of the sound.`,
      advice: nuisances[nuisance].advice,
    }),
    "one-speaker": ({ speaker }) => ({
      message: `All recordings are by one speaker (${speaker}): only this voice is learned and measured; results for other speakers will be worse.`,
      advice: "If other people will use the golem, add recordings by other speakers, at least five.",
    }),
    "speakers-mixed": (_, { obstacle }) => ({
      message: `Folds cannot keep speakers apart (${obstacle}): the same voices are on both sides, so the score is too high for new voices.`,
      advice: severalSpeakers,
    }),
    "shared-speakers": ({ count, speakers }) => ({
      message: `${formatNumberOf(count, "speaker")} (${speakers}) on both sides of the split: the score measures known voices and is too high for new ones.`,
      advice: "Put all recordings of a speaker on one side.",
    }),
    "pieces-together": (facts) => ({
      message: `${describePieces(facts)}: the pieces of a source add little to a single one. Evaluation keeps them on one side of every fold.`,
      advice: severalSources,
    }),
    "pieces-mixed": (facts, { obstacle }) => ({
      message: `${describePieces(facts)}, and folds cannot keep them together (${obstacle}): the score measures sources that were also trained on, not new ones.`,
      advice: severalSources,
    }),
    "pieces-other-side": (facts) => ({
      message: `${describePieces(facts)}, and some are on both sides of the split: the score measures sources that were also trained on, not new ones.`,
      advice: "Put all pieces of a source on one side of the split.",
    }),
    "labels-look-same": ({ labels, count }) => ({
      message: `The labels ${labels} look the same but contain different invisible characters, so they are treated as different classes, which do not differ in sound (${recordings(count)} of the rarer spelling).`,
      advice: "Use one spelling: type the label again in the list, or rename the folder.",
    }),
    "labels-differ-by-case": ({ labels, count }) => ({
      message: `The labels ${labels} differ only by case and are treated as different classes (${recordings(count)} of the rarer spelling).`,
      advice: "If they are one class, use one spelling; otherwise do nothing.",
    }),
    "one-class": ({ classes }) => ({
      message: `${classes === 0 ? "No class" : "Only one class"} is left for training; expected at least two.`,
      advice: "Add recordings of other sounds, labelled accordingly or _unknown.",
    }),
    "single-recordings": ({ labels }) => ({
      message: `${labels}: only one recording. It cannot be both trained on and held out, so the class is trained but not scored.`,
      advice: "Record more, five or more per class, or remove the class.",
    }),
    "few-recordings": ({ labels, few }) => ({
      message: `${labels}: fewer than ${few} recordings. The score of such a class is not reliable.`,
      advice: "Record more: five or more per class are enough.",
    }),
    uneven: (facts) => describeUneven(facts, "rare classes are learned less well;"),
    "very-uneven": (facts) => describeUneven(facts, "rare classes are hardly learned, and"),
    "unseen-labels": ({ labels }) => ({
      message: `${labels}: in the test set, but without training recordings. These recordings are left out of the score.`,
      advice: "Move some of them to the training set, or correct the spelling of the label.",
    }),
    unreadable: ({ count }, { problem, remedy }) => ({
      message: `${recordings(count)} could not be read and will be left out. ${describeFirst(count, problem)}`,
      advice: remedy || "Record or convert them again, or delete them.",
    }),
    damaged: ({ count }, { problem }) => ({
      message: `${recordings(count)} read in part or repaired; missing sound cannot be learned. ${describeFirst(count, problem)}`,
      advice:
        "Copy them again from their source; if the originals have the same fault, listen to them and delete those in which the sound is missing.",
    }),
  },
};
