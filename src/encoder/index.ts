/** Encoders: samples in, pooled layers out. See `encoder.ts` for the interface. */
export { type Encoder, type EncoderInfo, mergePooled, type Pooled } from "./encoder.ts";
export { createGoogleSpeechEmbedding, googleSpeechEmbeddingInfo } from "./google-speech-embedding.ts";
export { createMfcc, mfccInfo } from "./mfcc.ts";
export { createMoonshine, moonshineInfo } from "./moonshine.ts";
export type { OnnxModel, OnnxRuntime, OnnxSession, OnnxTensor } from "./onnx-runtime.ts";
export {
  defaultEncoderId,
  type EncoderDefinition,
  encoderDefinitions,
  getEncoderDefinition,
  type WeightSource,
} from "./registry.ts";
