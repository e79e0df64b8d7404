/**
 * Fails when package-lock.json has a fault of package-faults.ts. Run by `npm run check`.
 */
import { readFileSync } from "node:fs";
import { findPackageFaults } from "./package-faults.ts";

const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
const faults = findPackageFaults(packages, readFileSync("SECURITY.md", "utf8"));
for (const fault of faults) console.error(fault);
console.log(`${Object.keys(packages).length} packages, ${faults.length} faults`);
process.exitCode = faults.length > 0 ? 1 : 0;
