/** The audio stage: bytes of a recording in, mono samples in windows and facts out. */

export { type ByteSource, createBlobSource, createMemorySource } from "../core/byte-source.ts";
export * from "./audio.ts";
export { type AudioDescription, audioVersion, describeAudio } from "./audio-description.ts";
export type { Container, Content } from "./formats/content.ts";
export { builtInDecoders } from "./formats/decode-source.ts";
export type { DecodedStream, DecodeOptions, Decoder } from "./formats/decoder.ts";
export { type OpenAudioOptions, openAudio, resolveAudioSettings } from "./open-audio.ts";
export { createResampler, type Resampler } from "./resampler.ts";
export { trimParameters } from "./trim.ts";
