/**
 * The published sizes of moonshine: where their weights are, and the shape of their networks. Everything else
 * about an encoder or a decoder follows from its entry.
 *
 * Jeffries et al. 2024, "Moonshine: Speech Recognition for Live Transcription and Voice Commands", table 1.
 */
import type { WeightFile, WeightSource } from "./weights.ts";

/** One size of moonshine. */
export interface MoonshineSize {
  /** Id of its encoder and of its transcriber. */
  readonly id: string;
  readonly revision: string;
  /** Transformer blocks of the encoder, and as many of the decoder. */
  readonly blocks: number;
  /** Heads of each attention. */
  readonly heads: number;
  /** Numbers per head; heads x headSize is the width of the network. */
  readonly headSize: number;
  readonly description: string;
  readonly weights: Pick<WeightSource, "npmPackage" | "downloadBytes">;
  readonly encoder: WeightFile;
  readonly decoder: WeightFile;
  /** SHA-256 of the graphs that are built from the weights; a test checks them. */
  readonly graphs: {
    readonly encoder: string;
    /** The encoder of earlier versions, all of whose layers are pooled evenly. */
    readonly evenEncoder: string;
    readonly attended: string;
    readonly step: string;
  };
}

const encoderName = "encoder_model.onnx";
const decoderName = "decoder_model_merged.onnx";

/** All sizes, the smallest first. */
export const moonshineSizes = {
  tiny: {
    id: "moonshine-tiny",
    revision: "moonshine-js-0.1.29",
    blocks: 6,
    heads: 8,
    headSize: 36,
    description: "English speech recogniser, seven layers of 288 numbers; strong on words and on sounds",
    weights: { npmPackage: "@moonshine-ai/moonshine-js@0.1.29", downloadBytes: 21_514_347 },
    encoder: {
      name: encoderName,
      path: "package/dist/model/tiny/quantized/encoder_model.onnx",
      sha256: "c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a",
      bytes: 7_937_661,
    },
    decoder: {
      name: decoderName,
      path: "package/dist/model/tiny/quantized/decoder_model_merged.onnx",
      sha256: "eed87831c3a6103534aae7d47a5d485025c659a1323901513961c39fe8a1a367",
      bytes: 20_243_286,
    },
    graphs: {
      encoder: "18d639fd1a37ecf1db9517e48c74d201e4823be94284a9f1ba32a5d8c96dfd56",
      evenEncoder: "232f3f31cc1f4d28ab2b92016228ee7d6ffdb71a32daf9abad95c8044ebe581c",
      attended: "ceb58a312f3be1a78ca03ab666a3f6eb911b578772801789be38e63c3664a7f2",
      step: "613266076f70177d922cb995feb62c2ba8fe917fd3e649d2f994f373aafc7816",
    },
  },
  base: {
    id: "moonshine-base",
    revision: "moonshine-js-0.1.12",
    blocks: 8,
    heads: 8,
    headSize: 52,
    description: "the larger moonshine, nine layers of 416 numbers; writes more words correctly",
    weights: { npmPackage: "@usefulsensors/moonshine-js@0.1.12", downloadBytes: 72_710_189 },
    encoder: {
      name: encoderName,
      path: "package/dist/model/base/quantized/encoder_model.onnx",
      sha256: "1dd9ab0a7f987113d30affcba5a068d11c8f90fa0223caa3e491ade431ad9751",
      bytes: 20_513_063,
    },
    decoder: {
      name: decoderName,
      path: "package/dist/model/base/quantized/decoder_model_merged.onnx",
      sha256: "cc9f3cd6698a369c6008b41aa60aa3fb3322e7f03c9bdf19d8e6b7200afca4f3",
      bytes: 42_498_870,
    },
    graphs: {
      encoder: "a002d2d9706c8f5a5573ef37cfe8fa98770a5073249dd48782b13e44975b91a6",
      evenEncoder: "befd1556a6d77d8c3c7f66d2d29d0f6c46974d6a89ded8280283ed81dbdd3941",
      attended: "9075f51291eb59a032ccc38d1c8767806c3535a93ca4002f2e0a7dfd94c05fcc",
      step: "b6900642adb37c6dc0ad2a94501c342e89ce1661c223fc6e98b051fd2c9e652b",
    },
  },
} as const satisfies Record<string, MoonshineSize>;

/** Numbers per frame of a size's encoder, and in its decoder's context and hidden state. */
export function getMoonshineWidth({ heads, headSize }: MoonshineSize): number {
  return heads * headSize;
}
