/** `golem encoders [list|pull [ID]|verify [ID]|remove ID]`: encoders and weights on this machine. */
import { GolemError } from "../../core/error.ts";
import {
  defaultEncoderIds,
  type EncoderDefinition,
  encoderDefinitions,
  getEncoderDefinition,
  getTranscriberDefinition,
} from "../../encoder/registry.ts";
import {
  getWeightsFolder,
  pullWeights,
  removeWeights,
  verifyWeights,
} from "../../node/models/encoder-weights.ts";
import { prepareEncoder } from "../../node/models/load-encoder.ts";
import type { FileState } from "../../node/models/package-files.ts";
import {
  listPretrained,
  type PretrainedRecord,
  removePretrained,
  verifyPretrained,
} from "../../node/models/pretrained-records.ts";
import { resolveEncoder } from "../../node/models/resolve-encoder.ts";
import type { EncodersOutput, ListedEncoder, VerifiedEncoder } from "../output.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

interface EncodersOptions extends CommonOptions {
  readonly precision?: string;
  readonly layer?: number;
}

/** Runs the command; `verify` resolves with 1 if a weight file is damaged. */
export async function runCommand(
  [action = "list", id]: [string?, string?],
  options: EncodersOptions,
  terminal: Terminal,
): Promise<number> {
  switch (action) {
    case "list":
      return list(terminal);
    case "verify":
      return verify(id, terminal);
    case "pull":
      return pull(id, options, terminal);
    case "remove":
      return remove(need(action, id), terminal);
    default:
      throw new GolemError("usage", `There is no action '${action}'; expected list, pull, verify or remove.`);
  }
}

const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

async function list(terminal: Terminal): Promise<number> {
  const encoders: ListedEncoder[] = [];
  for (const definition of Object.values(encoderDefinitions)) {
    const { info, description, licence, weights } = definition;
    const { state } = await verifyWeights(definition);
    const downloadBytes = weights?.downloadBytes ?? 0;
    encoders.push({
      ...{ id: info.id, description, licence, revision: info.revision, layers: info.layers },
      ...{ dimensions: info.dimensions, sampleRate: info.sampleRate, downloadBytes, state },
    });
    const size = downloadBytes > 0 ? `${megabytes(downloadBytes)} download` : "no download";
    terminal.printResult(`${terminal.bold(info.id)}  ${state}, ${size}, ${licence}\n  ${description}`);
  }
  for (const { info, description, licence, bytes, folder } of await listPretrained()) {
    encoders.push({
      ...{ id: info.id, description, licence, revision: info.revision, layers: info.layers },
      ...{ dimensions: info.dimensions, sampleRate: info.sampleRate, precision: info.precision },
      ...{ graphBytes: bytes, folder, state: "present" },
    });
    const kept = `${info.precision}, layers 0 to ${info.layers - 1}, graph of ${megabytes(bytes)}`;
    terminal.printResult(
      `${terminal.bold(info.id)}  ${info.revision.slice(0, 12)}, ${kept}, licence ${licence}\n  ${description}`,
    );
  }
  terminal.printJson({ encoders } satisfies EncodersOutput);
  return 0;
}

/** Fetches the weights of one encoder, or of all default ones. */
async function pull(id: string | undefined, options: EncodersOptions, terminal: Terminal): Promise<number> {
  for (const each of id === undefined || id === "auto" ? defaultEncoderIds : [id]) {
    await pullOne(each, options, terminal);
  }
  return 0;
}

async function pullOne(id: string, { precision, layer }: EncodersOptions, terminal: Terminal): Promise<void> {
  const encoder = await resolveEncoder(id, { ...terminal.work, precision, layer });
  await prepareEncoder(encoder, terminal.work);
  const { info, source } = encoder;
  const definition = source.kind === "built-in" ? getEncoderDefinition(info.id) : undefined;
  if (definition && !definition.weights) {
    printNoWeights(definition, "fetch", terminal);
    return;
  }
  const transcriber = definition && getTranscriberDefinition(info.id);
  if (transcriber) await pullWeights(transcriber, terminal.work);
  const folder = definition && getWeightsFolder(definition);
  terminal.printJson({
    id: info.id,
    revision: info.revision,
    folder,
    state: "present",
  } satisfies EncodersOutput);
  terminal.print(`${info.id} is ready; it works offline from now on.`);
}

async function remove(id: string, terminal: Terminal): Promise<number> {
  const pretrained = await listPretrained(id);
  if (pretrained.length > 0) {
    const bytes = await removePretrained(pretrained);
    terminal.printJson({ id, state: "missing", bytes } satisfies EncodersOutput);
    terminal.print(
      `Removed ${pretrained.length} graphs of ${id}, ${megabytes(bytes)}. Its checkpoint stays in ${pretrained[0]!.folder}`,
    );
    return 0;
  }
  const definition = getEncoderDefinition(id);
  if (!definition.weights) return printNoWeights(definition, "remove", terminal);
  await removeWeights(definition);
  terminal.printJson({ id: definition.info.id, state: "missing" } satisfies EncodersOutput);
  terminal.print(`The weights of ${definition.info.id} are removed.`);
  return 0;
}

/** Prints that an encoder has no weights; returns the exit code. */
function printNoWeights({ info }: EncoderDefinition, verb: "fetch" | "remove", terminal: Terminal): number {
  terminal.printJson({ id: info.id, revision: info.revision, state: "present" } satisfies EncodersOutput);
  terminal.print(`${info.id} has no weights: there is nothing to ${verb}.`);
  return 0;
}

async function verify(id: string | undefined, terminal: Terminal): Promise<number> {
  const pretrained = await listPretrained(id);
  const builtIn =
    id === undefined
      ? Object.values(encoderDefinitions)
      : pretrained.length > 0
        ? []
        : [getEncoderDefinition(id)];
  const encoders: VerifiedEncoder[] = [];
  const states: FileState[] = [];
  for (const each of [...builtIn, ...pretrained] as readonly (EncoderDefinition | PretrainedRecord)[]) {
    const isPretrained = "graph" in each;
    const { state, files } = isPretrained ? await verifyPretrained(each) : await verifyWeights(each);
    const folder = isPretrained ? each.folder : getWeightsFolder(each);
    encoders.push({ id: each.info.id, state, folder, files });
    states.push(state);
    terminal.printResult(`${each.info.id}: ${state}`);
    for (const file of files) terminal.printResult(`  ${file.name}: ${file.state}`);
  }
  terminal.printJson({ encoders } satisfies EncodersOutput);
  return states.some((state) => state === "damaged" || (id !== undefined && state !== "present")) ? 1 : 0;
}

function need(action: string, id: string | undefined): string {
  if (id !== undefined) return id;
  throw new GolemError("usage", `npx golem encoders ${action} needs the id of an encoder.`, {
    hint: "Run `npx golem encoders list` to see them.",
  });
}
