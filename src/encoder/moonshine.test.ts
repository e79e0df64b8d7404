/** The edit of moonshine's graph: the pooled outputs against the frames the published graph itself gives. */
import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { loadWeights } from "../node/encoder-weights.ts";
import { loadEncoder } from "../node/load-encoder.ts";
import { createNodeOnnxRuntime } from "../node/onnx-runtime-node.ts";
import { createValueInfo, extendModel } from "./onnx-proto.ts";
import { poolFrames } from "./pool-frames.ts";
import { getEncoderDefinition } from "./registry.ts";

it("pools in the graph what the layers' frames give when pooled outside", async () => {
  const files = await loadWeights(getEncoderDefinition("moonshine-tiny"));
  const random = createRandom(0);
  const samples = Float32Array.from(
    { length: 24_000 },
    (_, i) => 0.2 * Math.sin(i / 9) + 0.05 * random.normal(),
  );
  const names = ["/Transpose_output_0", "/layers.0/Add_1_output_0", "/layers.4/Add_1_output_0"];
  const plain = await createNodeOnnxRuntime({ threads: 1 }).createSession(
    extendModel(files["encoder_model.onnx"]!, {
      outputs: names.map((name) => createValueInfo(name, "float32", [1, "frames", 288])),
    }),
  );
  const frames = await plain.run({ input_values: { dims: [1, samples.length], data: samples } });
  const encoder = await loadEncoder("moonshine-tiny");
  const pooled = await encoder.encode(samples);
  for (const [name, layer] of [
    [names[0]!, 0],
    [names[1]!, 1],
    [names[2]!, 5],
    ["last_hidden_state", 6],
  ] as const) {
    const tensor = frames[name]!;
    expect(tensor.dims[2]).toBe(288);
    expect(tensor.dims[1]).toBe(pooled.frames);
    const expected = poolFrames(tensor.data as Float32Array, 288).vector;
    const layerVector = pooled.vector.subarray(layer * 576, (layer + 1) * 576);
    expect(layerVector).toBeAllclose(expected, { rtol: 1e-3, atol: 1e-4 });
  }
  await plain.release();
  await encoder.dispose();
});
