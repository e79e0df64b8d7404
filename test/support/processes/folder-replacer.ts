/** A process that replaces a folder over and over until it is killed. Arguments: folder, first number. */
import { writeSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFolderAtomic } from "../../../src/node/disk/atomic-write.ts";

const [folder = "", first = "0"] = process.argv.slice(2);
for (let number = Number(first); ; number++) {
  await replaceFolderAtomic(folder, async (staging) => {
    await writeFile(join(staging, "golem.json"), String(number));
    await writeFile(join(staging, "head.safetensors"), `${number} `.repeat(5000));
  });
  writeSync(1, `${number}\n`);
}
