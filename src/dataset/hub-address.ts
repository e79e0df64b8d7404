/**
 * Parses the address of a data set on the Hugging Face Hub:
 * hf:OWNER/NAME[@REVISION][?config=C&split=S&label=COLUMN&speaker=COLUMN].
 *
 * Not its concern: the network, the contents of the data set.
 */
import { GolemError } from "../core/error.ts";

/** The parts of a data set's address. The Hub's client checks whether they are well formed. */
interface HubAddress {
  /** "OWNER/NAME". */
  readonly id: string;
  /** Branch, tag or commit; "main" by default. */
  readonly revision: string;
  readonly config?: string;
  /** Several may be joined with "+"; absent for all. */
  readonly split?: string;
  /** Column of labels. */
  readonly label?: string;
  /** Column of speakers. */
  readonly speaker?: string;
}

const parts = ["config", "split", "label", "speaker"] as const;
const grammar = "hf:OWNER/NAME?config=C&split=S&label=COLUMN&speaker=COLUMN";

/** Whether a name is the address of a data set on the Hub. */
export function isHubAddress(spec: string): boolean {
  return /^hf:/i.test(spec);
}

/**
 * Parses an address.
 *
 * @throws GolemError `usage` for parts that are unknown, empty or given twice.
 */
export function parseHubAddress(spec: string): HubAddress {
  const [, id = "", revision, query = ""] = /^hf:([^?@]*)(?:@([^?]*))?(?:\?(.*))?$/is.exec(spec) ?? [];
  const fail = (found: string): never => {
    throw new GolemError("usage", `${spec}: ${found}; expected ${grammar}.`, {
      hint: "Everything after the ? is optional. In a shell, put the address in quotes.",
    });
  };
  if (id === "" || revision === "") fail(`it has no ${id === "" ? "name" : "revision"}`);
  const given: Partial<Record<(typeof parts)[number], string>> = {};
  for (const [key, value] of new URLSearchParams(query.replaceAll("+", "%2B"))) {
    const part = parts.find((name) => name === key);
    if (!part) return fail(`${key} is not a known parameter`);
    if (value === "") return fail(`${key} is empty`);
    if (given[part] !== undefined) return fail(`${key} is given twice`);
    given[part] = value;
  }
  return { id, revision: revision ?? "main", ...given };
}
