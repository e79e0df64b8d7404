/**
 * The formats of `golem export`; adding one is one entry.
 *
 * The code of a format is loaded on demand.
 */
import type { ExportFormat } from "./export-format.ts";

/** All formats by name. */
export const exportFormats: Readonly<Record<string, ExportFormat>> = {
  onnx: {
    description: "one file from samples to probabilities, and a script that runs it",
    extension: ".onnx",
    create: async (input) => (await import("./golem-onnx.ts")).exportOnnx(input),
  },
  huggingface: {
    description: "a folder ready for the Hugging Face Hub, with its card",
    includes: ["audio", "transcripts"],
    create: async (input) => (await import("./golem-hub-folder.ts")).exportHubFolder(input),
  },
  safetensors: {
    description:
      "a folder with the heads in PyTorch's layout and short scripts for NumPy and PyTorch that use them",
    includes: ["transcripts"],
    create: async (input) =>
      (await import("../../export/export-safetensors.ts")).exportSafetensors(input.golem),
  },
  web: {
    description: "a folder of static files: a page that runs it in the browser, with everything it needs",
    create: async (input) => (await import("./golem-web.ts")).exportWeb(input),
  },
};
