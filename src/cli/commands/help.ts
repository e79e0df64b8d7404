/** `golem help TOPIC`: a page of docs, the usage of a command, or cause and remedy of an error code. */
import { readFile } from "node:fs/promises";
import { GolemError } from "../../core/error.ts";
import { type ErrorExplanation, errorReference } from "../../core/error-reference.ts";
import type { ProgramDescription } from "../commands.ts";
import { helpTopics } from "../help-topics.ts";
import type { HelpOutput } from "../output.ts";
import { describePage } from "../plain-page.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";
import { formatRow } from "../text-table.ts";

const pages = new URL("../../../docs/", import.meta.url);
const explanations: Readonly<Record<string, ErrorExplanation>> = errorReference;
const names = Object.keys(helpTopics).join(", ");

/** Runs the command; resolves with the exit code. */
export async function runCommand(
  [topic]: [string?],
  _options: CommonOptions,
  terminal: Terminal,
  { getUsage }: ProgramDescription,
): Promise<number> {
  const parts = [
    getUsage(topic),
    topic === undefined ? `Topics of npx golem help: ${names}\n` : undefined,
    topic !== undefined && Object.hasOwn(explanations, topic) ? explain(topic, terminal) : undefined,
    topic !== undefined && Object.hasOwn(helpTopics, topic)
      ? await describeTopic(topic, terminal)
      : undefined,
  ].filter((part) => part !== undefined);
  if (parts.length === 0) {
    throw new GolemError("usage", `There is no topic '${topic}'; the topics are ${names}.`, {
      hint: "Commands and error codes are topics as well.",
    });
  }
  const text = parts.join("\n").trimEnd();
  terminal.printJson({ ...(topic === undefined ? {} : { topic }), text } satisfies HelpOutput);
  terminal.printResult(text);
  return 0;
}

function explain(code: string, { width }: Terminal): string {
  const { cause, remedy } = explanations[code]!;
  return [...formatRow("Cause", cause, width), ...formatRow("Remedy", remedy, width), ""].join("\n");
}

async function describeTopic(topic: string, terminal: Terminal): Promise<string> {
  const { page, section } = helpTopics[topic]!;
  return describePage(await readFile(new URL(page, pages), "utf8"), terminal, section).join("\n");
}
