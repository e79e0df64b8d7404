/** Runs a written encoder graph in ONNX Runtime, and returns its layers before pooling too. */

import { createNodeOnnxRuntime } from "../../src/node/models/onnx-runtime-node.ts";
import { createGraphField, createValueInfo } from "../../src/onnx/proto.ts";

/** Runs the graph in `chunks` on samples. It has `layers` tensors `layer_i`; `more` names other tensors. */
export async function runLayers(
  chunks: readonly Uint8Array[],
  inputName: string,
  samples: Float32Array,
  layers: number,
  more: readonly string[] = [],
) {
  const names = Array.from({ length: layers }, (_, i) => `layer_${i}`);
  const outputs = [...more, ...names].map((name) => createValueInfo(name, "float32", [1, "frames", "n"]));
  const model = new Uint8Array(Buffer.concat([...chunks, createGraphField({ outputs })]));
  const session = await createNodeOnnxRuntime({ threads: 1 }).createSession(model);
  try {
    const result = await session.run({ [inputName]: { dims: [1, samples.length], data: samples } });
    const float = (name: string) => result[name]!.data as Float32Array;
    return {
      layers: names.map(float),
      more: more.map(float),
      pooled: float("golem_pooled"),
      frames: Number(result.golem_frames!.data[1]),
    };
  } finally {
    await session.release();
  }
}
