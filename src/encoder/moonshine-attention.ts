/**
 * Attention of moonshine's encoder as single nodes of ONNX Runtime, in place of the published graph's fifty
 * nodes per block.
 *
 * The published nodes hold the weights of all pairs of frames twice: 100 MB for 30 s. MultiHeadAttention
 * works through them in blocks (Dao 2023, "FlashAttention-2"), so its memory grows with the frames, not with
 * their square. RotaryEmbedding rotates the first numbers of each head by angles that grow with the position
 * (Su et al. 2021, "RoFormer"). Both sum in another order than the published nodes: results agree to one in a
 * million.
 */
import { type AddedNodes, runtimeDomain } from "../onnx/graph-extract.ts";
import type { MoonshineSize } from "./moonshine-sizes.ts";

/** Numbers of each head that are rotated, in pairs. */
const rotated = 32;

const [cosines, sines, origin] = ["golem_cosines", "golem_sines", "golem_origin"];

/** Adds the tables [positions, rotated / 2] for `addRotation`; `angles`: [1, positions, rotated / 2]. */
export function addRotationTables({ add }: Pick<AddedNodes, "add">, angles: string): void {
  add("Constant", [], ["golem_angles_shape"], { value_ints: [-1, rotated / 2] });
  add("Reshape", [angles, "golem_angles_shape"], ["golem_angles"]);
  add("Cos", ["golem_angles"], [cosines]);
  add("Sin", ["golem_angles"], [sines]);
  add("Constant", [], [origin], { value_ints: [0] });
}

/** Adds the rotation of `input` [1, positions, heads x headSize]. */
export function addRotation(
  { add }: Pick<AddedNodes, "add">,
  input: string,
  output: string,
  heads: number,
): void {
  const attributes = { interleaved: 1, num_heads: heads, rotary_embedding_dim: rotated };
  add("RotaryEmbedding", [input, origin, cosines, sines], [output], attributes, runtimeDomain);
}

/** Adds the attention of every block of the encoder to its own frames. */
export function addEncoderAttention(added: Pick<AddedNodes, "add">, { blocks, heads }: MoonshineSize): void {
  addRotationTables(added, "/rotary_emb/Transpose_output_0");
  for (let block = 0; block < blocks; block++) {
    const name = (part: string) => `/layers.${block}/self_attn/${part}_output_0`;
    const [query, key] = [`golem_query_${block}`, `golem_key_${block}`];
    addRotation(added, name("q_proj/MatMul"), query, heads);
    addRotation(added, name("k_proj/MatMul"), key, heads);
    added.add(
      "MultiHeadAttention",
      [query, key, name("v_proj/MatMul")],
      [name("Reshape_5")],
      { num_heads: heads },
      runtimeDomain,
    );
  }
}
