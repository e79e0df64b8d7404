/**
 * The parts of transformer encoders (Vaswani et al. 2017) that all model families share. Uses ONNX Runtime's
 * fused operators (docs/ContribOperators.md) where they are faster.
 *
 * Tensors are [1, frames, hidden]. Additions and norms are separate nodes: the fused SkipLayerNormalization
 * takes three times as long on CPUs.
 */

import type { GraphWriter } from "../../onnx/graph-writer.ts";
import { addPoolingNodes, framesOutput, pooledOutput } from "../../onnx/pooling-graph.ts";
import type { EncoderTensors } from "./encoder-tensors.ts";
import type { LinearWriter } from "./linear.ts";

const microsoft = { domain: "com.microsoft" } as const;

/** Shared by all parts of one encoder. */
export interface TransformerContext {
  readonly graph: GraphWriter;
  readonly linear: LinearWriter;
  readonly tensors: EncoderTensors;
  /** Numbers per frame. */
  readonly hidden: number;
  /** Attention heads. */
  readonly heads: number;
  /** Width of the two-layer network in each block. */
  readonly inner: number;
  /** Epsilon of the norms. */
  readonly epsilon: number;
}

/** Names of the parts of one block. */
export interface BlockNames {
  /** Prefix of q_proj, k_proj, v_proj and out_proj. */
  readonly attention: string;
  readonly attentionNorm: string;
  /** The first and the second layer of the two-layer network. */
  readonly up: string;
  readonly down: string;
  readonly forwardNorm: string;
}

/** Adds a vector of the checkpoint without quantising it. Returns its name. */
export async function addVector(
  { graph, tensors }: Pick<TransformerContext, "graph" | "tensors">,
  name: string,
): Promise<string> {
  const values = await tensors.read(name);
  return graph.addTensor(name, [values.length], values);
}

/** Adds a layer norm over the numbers of each frame. */
export async function addLayerNorm(
  context: TransformerContext,
  x: string,
  name: string,
  output?: string,
): Promise<string> {
  const gain = await addVector(context, `${name}.weight`);
  const offset = await addVector(context, `${name}.bias`);
  return context.graph.addNode("LayerNormalization", [x, gain, offset], {
    attributes: { axis: -1, epsilon: { float: context.epsilon } },
    ...(output === undefined ? {} : { outputs: [output] }),
  });
}

/** Adds a linear layer with its bias. */
export async function addLinear(
  context: TransformerContext,
  x: string,
  name: string,
  outputs: number,
): Promise<string> {
  const { linear, tensors } = context;
  const weights = await tensors.read(`${name}.weight`);
  const bias = await addVector(context, `${name}.bias`);
  return linear.multiplyTransposed(linear.prepare(x), `${name}.weight`, weights, outputs, bias);
}

/** Adds self-attention with its output projection, with the biases that the checkpoint has. */
export async function addAttention(context: TransformerContext, x: string, at: string): Promise<string> {
  const { graph, linear, tensors, hidden, heads } = context;
  const activations = linear.prepare(x);
  const bias = new Float32Array(3 * hidden);
  const projections: string[] = [];
  for (const [i, part] of ["q", "k", "v"].entries()) {
    const name = `${at}.${part}_proj`;
    const weights = await tensors.read(`${name}.weight`);
    projections.push(await linear.multiplyTransposed(activations, `${name}.weight`, weights, hidden));
    if (tensors.has(`${name}.bias`)) bias.set(await tensors.read(`${name}.bias`), i * hidden);
  }
  const biases = await graph.addTensor(`${at}.bias`, [3 * hidden], bias);
  const mixed = graph.addNode("MultiHeadAttention", [...projections, biases], {
    ...microsoft,
    attributes: { num_heads: heads },
  });
  return addLinear(context, mixed, `${at}.out_proj`, hidden);
}

/** Adds the two-layer network of a block, with gelu between the layers. */
export async function addFeedForward(
  context: TransformerContext,
  x: string,
  { up, down }: Pick<BlockNames, "up" | "down">,
): Promise<string> {
  const { graph, linear, tensors, hidden, inner } = context;
  const weights = await tensors.read(`${up}.weight`);
  const wide = await linear.multiplyTransposed(linear.prepare(x), `${up}.weight`, weights, inner);
  const gelu = graph.addNode("BiasGelu", [wide, await addVector(context, `${up}.bias`)], microsoft);
  return addLinear(context, gelu, down, hidden);
}

/**
 * Adds blocks with norms before attention and network: x + attention(norm(x)), then x + network(norm(x)).
 * Returns the names of the layers from `layer_0` (x itself) to the layer numbered `through`; the layer of the
 * last block includes `finalNorm`.
 */
export async function addNormFirstBlocks(
  context: TransformerContext,
  first: string,
  through: number,
  names: { readonly blocks: number; readonly finalNorm: string; block(index: number): BlockNames },
): Promise<string[]> {
  const { graph } = context;
  const layers = [graph.addNode("Identity", [first], { outputs: ["layer_0"] })];
  let x = first;
  for (let i = 0; i < through; i++) {
    const block = names.block(i);
    const normed = await addLayerNorm(context, x, block.attentionNorm);
    const middle = graph.addNode("Add", [x, await addAttention(context, normed, block.attention)]);
    const middleNorm = await addLayerNorm(context, middle, block.forwardNorm);
    const forward = await addFeedForward(context, middleNorm, block);
    const output = `layer_${i + 1}`;
    if (i + 1 === names.blocks) {
      x = await addLayerNorm(context, graph.addNode("Add", [middle, forward]), names.finalNorm, output);
    } else x = graph.addNode("Add", [middle, forward], { outputs: [output] });
    layers.push(output);
  }
  return layers;
}

/**
 * Ends a graph with the outputs `golem_pooled` [1, layers, 2 x dimensions] and `golem_frames` [3] for the
 * given tensors, each [1, frames, dimensions], layer 0 first, so that frames are not copied out of the
 * runtime (see `onnx/pooling-graph.ts`).
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
