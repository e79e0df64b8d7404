/** Encoders: samples in, pooled layers out. See `encoder.ts` for the interface. */

export type { OnnxModel, OnnxRuntime, OnnxSession, OnnxTensor } from "../onnx/runtime.ts";
export { type EncodeOptions, type Encoder, type EncoderInfo, mergePooled, type Pooled } from "./encoder.ts";
export { createGoogleSpeechEmbedding, googleSpeechEmbeddingInfo } from "./google-speech-embedding.ts";
export { createMfcc, mfccInfo } from "./mfcc.ts";
export { createMoonshine, getMoonshineInfo } from "./moonshine.ts";
export { type MoonshineSize, moonshineSizes } from "./moonshine-sizes.ts";
export { createMoonshineTranscriber, getMoonshineTranscriberInfo } from "./moonshine-transcriber.ts";
export type { FramePooling } from "./pooling.ts";
export {
  createWeightReader,
  defaultEncoderId,
  type EncoderDefinition,
  encoderDefinitions,
  getEncoderDefinition,
  getEncoderForm,
  getTranscriberDefinition,
  type ReadWeights,
  type TranscriberDefinition,
  transcriberDefinitions,
  type WeightFile,
  type WeightSource,
} from "./registry.ts";
export {
  type DecoderVector,
  joinTranscripts,
  type Transcriber,
  type TranscriberInfo,
  type Transcript,
} from "./transcriber.ts";
