/**
 * Checks documents against the JSON Schemas in docs/schemas; here they may have no property that a schema does not
 * describe.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect } from "vitest";

/** The schemas. */
export const schemaFolder = resolve(import.meta.dirname, "../../docs/schemas");

/** Reads a JSON file. */
export const read = (path: string) => JSON.parse(readFileSync(path, "utf8"));

/** The schema, but objects whose properties it lists may have no others. */
function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (typeof value !== "object" || value === null) return value;
  const closed = Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, close(entry)]));
  const isObject = "type" in value && value.type === "object" && "properties" in value;
  return isObject && !("additionalProperties" in value) ? { ...closed, additionalProperties: false } : closed;
}

/** Checks documents against a schema file, or against one of its definitions. */
export function checkDocuments(file: string, documents: readonly unknown[], definition?: string): void {
  const schema = read(join(schemaFolder, file));
  const options = { strict: false, allErrors: true };
  const ajv = schema.$schema.includes("2020-12") ? new Ajv2020(options) : new Ajv(options);
  const validate = ajv.compile(
    definition
      ? { ...schema, $ref: `#/$defs/${definition}`, unevaluatedProperties: false }
      : (close(schema) as object),
  );
  expect(documents.length).toBeGreaterThan(0);
  for (const document of documents) {
    validate(document);
    expect(validate.errors ?? [], `${file}: ${JSON.stringify(document).slice(0, 300)}`).toEqual([]);
  }
}

/** Checks the lines that a command wrote, and returns them. */
export function checkOutput(command: string, stdout: string): unknown[] {
  const documents = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  checkDocuments(`${command}.schema.json`, documents);
  return documents;
}
