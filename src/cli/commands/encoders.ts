/** `golem encoders [list|pull ID|verify [ID]|remove ID]`: the encoders and their weights on this machine. */
import { GolemError } from "../../core/error.ts";
import { encoderDefinitions, getEncoderDefinition } from "../../encoder/registry.ts";
import { getWeightsFolder, pullWeights, removeWeights, verifyWeights } from "../../node/encoder-weights.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

/** Runs the command; `verify` resolves with 1 when a weight file is damaged. */
export async function runCommand(
  [action = "list", id]: [string?, string?],
  _options: CommonOptions,
  terminal: Terminal,
): Promise<number> {
  switch (action) {
    case "list":
      return list(terminal);
    case "verify":
      return verify(id, terminal);
    case "pull": {
      const definition = getEncoderDefinition(need(action, id));
      await pullWeights(definition, terminal.work);
      terminal.printJson({ id: definition.info.id, folder: getWeightsFolder(definition), state: "present" });
      terminal.print(`${definition.info.id} is ready; it works offline from now on.`);
      return 0;
    }
    case "remove": {
      const definition = getEncoderDefinition(need(action, id));
      await removeWeights(definition);
      terminal.printJson({ id: definition.info.id, state: "missing" });
      terminal.print(`The weights of ${definition.info.id} are removed.`);
      return 0;
    }
    default:
      throw new GolemError("usage", `There is no action '${action}'; expected list, pull, verify or remove.`);
  }
}

async function list(terminal: Terminal): Promise<number> {
  const encoders = [];
  for (const definition of Object.values(encoderDefinitions)) {
    const { info, description, licence, weights } = definition;
    const { state } = await verifyWeights(definition);
    const downloadBytes = weights?.downloadBytes ?? 0;
    encoders.push({
      ...{ id: info.id, description, licence, revision: info.revision, layers: info.layers },
      ...{ dimensions: info.dimensions, sampleRate: info.sampleRate, downloadBytes, state },
    });
    const size = downloadBytes > 0 ? `${Math.round(downloadBytes / 1e6)} MB download` : "no download";
    terminal.printResult(`${terminal.bold(info.id)}  ${state}, ${size}, ${licence}\n  ${description}`);
  }
  terminal.printJson({ encoders });
  return 0;
}

async function verify(id: string | undefined, terminal: Terminal): Promise<number> {
  const definitions = id === undefined ? Object.values(encoderDefinitions) : [getEncoderDefinition(id)];
  const encoders = [];
  for (const definition of definitions) {
    const { state, files } = await verifyWeights(definition);
    encoders.push({ id: definition.info.id, state, folder: getWeightsFolder(definition), files });
    terminal.printResult(`${definition.info.id}: ${state}`);
    for (const file of files) terminal.printResult(`  ${file.name}: ${file.state}`);
  }
  terminal.printJson({ encoders });
  const bad = encoders.some(({ state }) => state === "damaged" || (id !== undefined && state !== "present"));
  return bad ? 1 : 0;
}

function need(action: string, id: string | undefined): string {
  if (id !== undefined) return id;
  throw new GolemError("usage", `golem encoders ${action} needs the id of an encoder.`, {
    hint: "Run `golem encoders list` to see them.",
  });
}
