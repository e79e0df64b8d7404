/** The audio stage: bytes of a recording in, mono samples in windows and facts out. */
export * from "./audio.ts";
export { createBlobSource, createMemorySource } from "./byte-source.ts";
export type { Container, Content } from "./content.ts";
export { builtInDecoders } from "./decode-source.ts";
export type { DecodedStream, DecodeOptions, Decoder } from "./decoder.ts";
export { type AudioDescription, audioVersion, describeAudio } from "./describe-audio.ts";
export { type OpenAudioOptions, openAudio, resolveAudioSettings } from "./open-audio.ts";
export { createResampler, type Resampler } from "./resampler.ts";
export { trimParameters } from "./silence-trim.ts";
