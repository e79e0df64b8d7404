/**
 * Ends a graph being written with the pooled layers, so that no frame leaves the runtime.
 *
 * Not its concern: which network it is.
 */

import type { GraphWriter } from "../../onnx/graph-writer.ts";
import { addPoolingNodes, framesOutput, pooledOutput } from "../../onnx/pooling-graph.ts";

/**
 * Adds the outputs `golem_pooled` [1, layers, 2 x dimensions] and `golem_frames` [3] for the tensors named, each
 * [1, frames, dimensions], layer 0 first (see `onnx/pooling-graph.ts`).
 */
export function addPooledLayers(
  graph: GraphWriter,
  layerTensors: readonly string[],
  dimensions: number,
): void {
  addPoolingNodes(layerTensors, (operator, inputs, outputs, attributes) => {
    graph.addNode(operator, inputs, { outputs, attributes });
  });
  graph.addOutput(pooledOutput, "float32", [1, layerTensors.length, 2 * dimensions]);
  graph.addOutput(framesOutput, "int64", [3]);
}
