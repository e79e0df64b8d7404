/**
 * What is wrong with the packages in package-lock.json: a hash is missing, an address was left in, a package
 * that users get runs an undocumented install script, or has a licence that is not on the list.
 *
 * Not its concern: where the lock file is.
 */

/** An entry of `packages` in package-lock.json. */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  /** Only for development. */
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Licences (SPDX) of packages that users get. */
const allowedLicences = [
  "MIT",
  "ISC",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "Apache-2.0",
  "0BSD",
  "BlueOak-1.0.0",
  "MPL-2.0",
];

/** Licences allowed for the named packages only: libmpg123 is compiled into one. */
const namedLicences: Readonly<Record<string, string>> = { "mpg123-decoder": "LGPL-2.1" };

/**
 * Packages whose install script `npm ci` of a checkout leaves out, since the lock file does not mention it: this
 * one downloads libraries for GPUs, and fails where its host cannot be reached. `npm install` writes it back.
 */
const scriptsLeftOut = ["onnxruntime-node"];

/** Lists faults, one sentence each; `security` is the text of SECURITY.md. */
export function findPackageFaults(
  packages: Readonly<Record<string, LockedPackage>>,
  security: string,
): string[] {
  const faults: string[] = [];
  const scripts = new Set<string>();
  for (const [path, entry] of Object.entries(packages)) {
    if (path === "") continue;
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    if (!/^sha512-[\w+/]{86}==$/.test(entry.integrity ?? ""))
      faults.push(`${path} has no SHA-512 integrity.`);
    if (entry.resolved !== undefined) faults.push(`${path} names an address, ${entry.resolved}.`);
    if (entry.dev || entry.devOptional) continue;
    if (entry.hasInstallScript || scriptsLeftOut.includes(name)) scripts.add(name);
    if (entry.hasInstallScript && scriptsLeftOut.includes(name)) {
      faults.push(`${path} has "hasInstallScript", which makes npm ci download libraries; remove that line.`);
    }
    if (!isAllowed(name, entry.license)) {
      faults.push(`${path} has the licence ${entry.license ?? "(none named)"}, which is not on the list.`);
    }
  }
  const [, section = ""] = security.split(/^## Install scripts$/m);
  const documented = [...section.split(/^## /m)[0]!.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name!);
  for (const name of scripts) {
    if (!documented.includes(name))
      faults.push(`${name} runs an install script that SECURITY.md does not list.`);
  }
  for (const name of documented) {
    if (!scripts.has(name)) faults.push(`SECURITY.md lists an install script of ${name}, which runs none.`);
  }
  return faults;
}

/** Whether a licence is allowed: one of the alternatives of an OR, all parts of an AND. */
function isAllowed(name: string, licence = ""): boolean {
  const isListed = (part: string) => allowedLicences.includes(part) || namedLicences[name] === part;
  return licence
    .replaceAll(/[()]/g, "")
    .split(" OR ")
    .some((choice) => choice.split(" AND ").every(isListed));
}
