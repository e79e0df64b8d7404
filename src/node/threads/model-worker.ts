/**
 * The body of the thread that runs a foreign model, inside a separate process.
 *
 * Not its concern: limits (model-process.ts).
 */
import { parentPort } from "node:worker_threads";
import { serveCalls } from "../../core/worker-calls.ts";
import type { Encoder } from "../../encoder/encoder.ts";
import type { Transcriber } from "../../encoder/transcriber.ts";
import type { OnnxSession } from "../../onnx/runtime.ts";
import { loadCheckpointTranscriber } from "../models/checkpoint-transcriber.ts";
import type { ModelCalls } from "../models/isolated-model.ts";
import { loadEncoderHere } from "../models/load-encoder.ts";
import { createNodeOnnxRuntime } from "../models/onnx-runtime-node.ts";

let encoder: Encoder | undefined;
let transcriber: Transcriber | undefined;
let session: OnnxSession | undefined;

serveCalls<ModelCalls>(parentPort!, {
  async loadEncoder({ encoder: resolved, ...options }) {
    encoder = await loadEncoderHere(resolved, options);
    return encoder.info;
  },
  encode: ({ samples }) => encoder!.encode(samples),
  async loadTranscriber({ transcriber: resolved, ...options }) {
    transcriber = await loadCheckpointTranscriber(resolved, options);
    return undefined;
  },
  transcribe: ({ samples }) => transcriber!.transcribe(samples),
  async loadGraph({ bytes }) {
    session = await createNodeOnnxRuntime({ threads: 1 }).createSession(bytes);
    return undefined;
  },
  async run({ feeds, outputs }) {
    const results = await session!.run(feeds, outputs);
    // Tensors of the runtime are not plain data.
    return Object.fromEntries(
      Object.entries(results).map(([name, { dims, data }]) => [name, { dims, data }]),
    );
  },
});
