/**
 * Properties of the processor that affect computation.
 *
 * Not its concern: computations.
 */
import { readFileSync } from "node:fs";

let saturates: boolean | undefined;

/**
 * Whether products of uint8 and int8 may saturate: on x86-64 without the VNNI instructions. Read on Linux;
 * elsewhere assumed on x86-64, since it cannot be queried.
 */
export function saturatesInt8(): boolean {
  saturates ??= process.arch === "x64" && !listFeatures().some((feature) => /^avx(512)?_vnni$/.test(feature));
  return saturates;
}

function listFeatures(): string[] {
  try {
    return /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.split(/\s+/) ?? [];
  } catch {
    return [];
  }
}
