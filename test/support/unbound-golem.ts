/** The files of a golem without their hashes in golem.json, for tests that forge what is in them. */
import { golemFiles } from "../../src/golem/golem-files.ts";
import type { GolemModel } from "../../src/golem/golem-model.ts";

/** Input of `decodeGolemModel` whose files may be changed. */
export function encodeUnbound(model: GolemModel): Record<"document" | "tensors" | "training", Uint8Array> {
  const files = model.encode();
  const { files: _, ...document } = JSON.parse(new TextDecoder().decode(files[golemFiles.document]));
  return {
    document: new TextEncoder().encode(JSON.stringify(document)),
    tensors: files[golemFiles.tensors]!,
    training: files[golemFiles.training]!,
  };
}
