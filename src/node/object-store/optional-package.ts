/**
 * Packages that are installed only where they are needed.
 *
 * Not its concern: what they do.
 */
import { GolemError } from "../../core/error.ts";

/**
 * Loads a package; rejects with `missing-package`, and the line that installs it, where it is not installed.
 *
 * @param load Imports it: written out at the caller, so that types and bundlers see the name.
 * @param purpose What it is needed for, as the subject of a sentence.
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
        hint: `Install it beside golem-audio: npm install ${names.join(" ")}`,
        cause: error,
      },
    );
  }
}
