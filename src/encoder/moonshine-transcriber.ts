/**
 * moonshine as a speech recogniser: the decoder of a size reads the frames of its encoder, greedily.
 *
 * Not its concern: files.
 *
 * Jeffries et al. 2024, "Moonshine: Speech Recognition for Live Transcription and Voice Commands": English,
 * at most 6.5 tokens per second; beyond that it hallucinates. The text is raw, with punctuation.
 */
import { GolemError } from "../core/error.ts";
import type { OnnxRuntime } from "../onnx/runtime.ts";
import type { Encoder, Pooled } from "./encoder.ts";
import { decodeGreedily, type NextToken } from "./greedy-decoding.ts";
import { getMoonshineInfo } from "./moonshine.ts";
import { createMoonshineDecoder } from "./moonshine-decoder.ts";
import { getMoonshineWidth, type MoonshineSize } from "./moonshine-sizes.ts";
import { createStepPool, stepStatistics } from "./pooling.ts";
import type { PooledTranscriber, TranscriberInfo, Transcript } from "./transcriber.ts";
import { loadVocabulary } from "./vocabulary.ts";
import type { ReadWeights } from "./weights.ts";

const startToken = 1;
const endToken = 2;
const tokensPerSecond = 6.5;
/** Room for a word, its full stop and the end, however short the recording. */
const minimumTokens = 6;
/** Strides of the encoder's three convolutions. */
const samplesPerFrame = 64 * 3 * 2;
const guards = { patience: 4, maximumLoop: 8, loopCopies: 4 } as const;

/** Returns the identity of the transcriber of a size; pooling has no effect on it. */
export function getMoonshineTranscriberInfo(size: MoonshineSize): TranscriberInfo {
  const { id, revision, sha256, sampleRate, recipe, dimensions } = getMoonshineInfo(size, "even");
  return {
    ...{ id, revision, sampleRate },
    sha256: { ...sha256, [size.decoder.name]: size.decoder.sha256 },
    precision: "int8",
    recipe:
      `${recipe};greedy;words=int8;tokens<=max(${minimumTokens},${tokensPerSecond}/s);` +
      `end after a word or ${guards.patience};loop=${guards.maximumLoop}x${guards.loopCopies};` +
      "context=last block's attention,all steps,mean+std+max+min;start=last norm,step 0",
    vectors: [
      { name: "context", size: stepStatistics * dimensions },
      { name: "start", size: dimensions },
    ],
  };
}

/**
 * Creates the transcriber of a size from the decoder's file and from the encoder. The caller still owns the
 * encoder: disposing of the transcriber does not affect it. Rejects with `invalid-option` for another
 * encoder.
 */
export async function createMoonshineTranscriber(
  size: MoonshineSize,
  runtime: OnnxRuntime,
  encoder: Encoder,
  read: ReadWeights,
): Promise<PooledTranscriber> {
  if (encoder.info.id !== size.id) {
    throw new GolemError(
      "invalid-option",
      `The decoder of ${size.id} got the encoder ${encoder.info.id}; expected ${size.id}.`,
    );
  }
  const secondsPerFrame = samplesPerFrame / encoder.info.sampleRate;
  const decoder = await createMoonshineDecoder(size, runtime, read);
  const vocabulary = await loadVocabulary();
  const transcribePooled = async ({ frames, lastLayer }: Pooled): Promise<Transcript> => {
    if (!lastLayer) {
      throw new GolemError(
        "invalid-option",
        "Found no frames to transcribe; expected those of the encoder.",
        {
          hint: "Encode with { keepFrames: true }.",
        },
      );
    }
    const step = await decoder.begin(lastLayer);
    const contexts = createStepPool(getMoonshineWidth(size));
    let start: Float32Array | undefined;
    const runStep = async (token: number): Promise<NextToken> => {
      const next = await step(token);
      contexts.add(next.context);
      start ??= next.hidden.slice();
      return next;
    };
    const { tokens, logprobs } = await decodeGreedily(runStep, {
      ...guards,
      startToken,
      endToken,
      maximumTokens: Math.max(minimumTokens, Math.ceil(frames * secondsPerFrame * tokensPerSecond)),
      hasLetterOrDigit: vocabulary.hasLetterOrDigit,
    });
    const logprob = logprobs.reduce((sum, value) => sum + value, 0) / logprobs.length;
    const { steps, vector } = contexts.compute();
    return {
      text: vocabulary.decode(tokens),
      logprob,
      tokens: logprobs.length,
      steps,
      vectors: [vector, start!],
    };
  };
  return {
    info: getMoonshineTranscriberInfo(size),
    transcribePooled,
    transcribe: async (samples) => transcribePooled(await encoder.encode(samples, { keepFrames: true })),
    dispose: () => decoder.dispose(),
  };
}
