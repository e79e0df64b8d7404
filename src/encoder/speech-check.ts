/**
 * Whether a transcript is of speech. A speech recogniser writes text for any sound: "Thank you for watching!"
 * for a helicopter. Such text is neither shown nor used.
 *
 * The evidence is the transcript itself: the mean log-probability of its tokens, symbols that are not spoken,
 * one word over and over, and phrases that moonshine-tiny writes for noise (subtitles of its training data).
 * Error rates on speech and other sounds: runs/speech-check.ts, docs/scores.md.
 * Not its concern: samples, the recogniser.
 */
import type { TranscriberInfo, Transcript } from "./transcriber.ts";

/** The input of the check; without `logprob`, the text alone is checked. */
type JudgedTranscript = Pick<Transcript, "text"> & { readonly logprob?: number | undefined };

/** Identity of the check, kept with golems whose transcripts passed it: change it with the check. */
export const speechCheckId = "speech-1";

/** Part of the recipe of a transcriber that writes scripts other than Latin. */
export const anyLetters = "letters=any";

/** The check of a transcriber's transcripts: which letters are speech. */
export type SpeechCheck = Pick<TranscriberInfo, "recipe"> | undefined;

/**
 * Mean log-probability of tokens (14 % per token, among some 30,000) at which detection gives a window its
 * full weight: windows cut words, so their transcripts are weighted instead of checked by {@link isSpeech}.
 */
export const clearLogprob = -2;

/** Minimum mean log-probability of the tokens (natural logarithm). */
const minimumLogprob = {
  /** Of one or two words, whose few tokens include the hard ones: the first and the end. */
  fewWords: -1.5,
  manyWords: -1.1,
  /** Of phrases written for noise: if they are spoken, the mean is higher. */
  stockPhrase: -0.5,
} as const;
const fewWords = 2;
/** A word that occurs this often, and more often than all others together, is a loop. */
const repeatedWord = 4;

/**
 * Phrases that the recogniser writes for synthetic noise, hum, tones, clicks and silence, and phrases known
 * from recognisers that were trained on subtitles.
 */
const stockPhrases: readonly string[] = [
  "thank you",
  "thank you for watching",
  "thanks",
  "thanks for watching",
  "transcript emily beynon",
  "you",
];

/** Symbols of subtitles, and letters of other scripts than the English recogniser's own. */
const unspoken = /[♩-♯©®™]/u;
const foreign = /(?!\p{Script=Latin})\p{L}/u;

/** Whether a transcript is of speech; an empty one is not. `by`: its transcriber, by default English. */
export function isSpeech({ text, logprob = 0 }: JudgedTranscript, by?: SpeechCheck): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+(?:['’][\p{L}\p{N}]+)*/gu) ?? [];
  if (words.length === 0 || unspoken.test(text)) return false;
  if (!by?.recipe.includes(anyLetters) && foreign.test(text)) return false;
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const most = Math.max(...counts.values());
  if (most >= repeatedWord && 2 * most > words.length) return false;
  if (stockPhrases.includes(words.join(" "))) return logprob >= minimumLogprob.stockPhrase;
  return logprob >= (words.length <= fewWords ? minimumLogprob.fewWords : minimumLogprob.manyWords);
}

/** Returns the text of a transcript, if it is of speech; else the empty text. */
export function getSpokenText(transcript: JudgedTranscript, by?: SpeechCheck): string {
  return isSpeech(transcript, by) ? transcript.text : "";
}
