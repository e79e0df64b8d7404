/** Loads optional packages, which users install only if they need them. */
import { GolemError } from "../../core/error.ts";

/**
 * Loads a package; rejects with `missing-package`, which names the command that installs it, if it is not
 * installed.
 *
 * @param load Imports it. The import is in the caller, so that types and bundlers find the name.
 * @param purpose The feature that needs it, as the subject of a sentence.
 */
export async function loadOptionalPackage<Module>(
  names: readonly string[],
  purpose: string,
  load: () => Promise<Module>,
): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = names.find((name) => message.includes(`'${name}'`));
    if ((code !== "ERR_MODULE_NOT_FOUND" && code !== "MODULE_NOT_FOUND") || missing === undefined)
      throw error;
    throw new GolemError(
      "missing-package",
      `${purpose} needs the package ${missing}, which is not installed.`,
      {
        hint: `Install it with golem-audio: npm install ${names.join(" ")}`,
        cause: error,
      },
    );
  }
}
