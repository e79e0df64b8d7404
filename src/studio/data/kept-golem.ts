/**
 * Reads a golem from its files by name.
 *
 * Not its concern: where files come from, where they are kept.
 */
import { GolemError } from "../../core/error.ts";
import { defaultEncoderIds } from "../../encoder/registry.ts";
import { decodeGolemModel, type GolemModel, golemFiles } from "../../golem/golem-model.ts";

/** Throws `unknown-encoder` for a golem whose encoder the studio does not have. */
export function checkStudioEncoders({ encoders }: Pick<GolemModel, "encoders">): void {
  const strange = encoders.find(({ id }) => !defaultEncoderIds.some((known) => known === id));
  if (!strange) return;
  throw new GolemError(
    "unknown-encoder",
    `The golem uses the encoder ${strange.id}; the studio has ${defaultEncoderIds.join(" and ")}.`,
  );
}

/** Reads a golem. Throws `golem-damaged` (a file is missing or wrong), `golem-version`. */
export function decodeKeptGolem(files: Readonly<Record<string, Uint8Array>>): GolemModel {
  const get = (name: string) => {
    const bytes = files[name];
    if (bytes) return bytes;
    throw new GolemError("golem-damaged", `The golem is damaged: it has no ${name}.`, {
      hint: "Copy the golem's folder again from where it was made.",
    });
  };
  const text = files[golemFiles.text];
  return decodeGolemModel({
    document: get(golemFiles.document),
    tensors: get(golemFiles.tensors),
    training: get(golemFiles.training),
    ...(text ? { text } : {}),
  });
}
