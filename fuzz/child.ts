/**
 * The process that parses mutated inputs, one after the other. Its parent (watch.ts) knows the number of the
 * present input from a file, also when this process hangs or dies.
 *
 *   node --import tsx fuzz/child.ts '{"module":ADDRESS,"seed":S,"from":N,"count":N,"progress":FILE}'
 */
import { openSync, writeSync } from "node:fs";
import { GolemError } from "../src/core/error.ts";
import type { FuzzArea, Parse } from "./area.ts";
import { loadCorpus, planNumbered } from "./corpus.ts";
import { createInput, type InputPlan, minimise } from "./mutations.ts";
import type { ChildArgument, ChildMessage } from "./watch.ts";

/** Milliseconds between messages about the state. */
const reportInterval = 500;
/** An input that raises the peak memory by more than this is a finding; after the first inputs. */
const maximumGrowthBytes = 512 << 20;

const argument = JSON.parse(process.argv[2]!) as ChildArgument;
const { area } = (await import(argument.module)) as { readonly area: FuzzArea };
const corpus = await loadCorpus(area, argument.corpus);
const { parse, close } = await area.open();
const progress = openSync(argument.progress, "r+");
const number = Buffer.alloc(8);
let peak = 0;

function send(message: ChildMessage): void {
  process.send?.(message);
}

/** The code of the error, "accepted", or what is wrong with the error. */
async function tryInput(parse: Parse, plan: InputPlan): Promise<{ code: string } | { raw: string }> {
  try {
    await parse(createInput(corpus, plan), plan.base);
    return { code: "accepted" };
  } catch (error) {
    if (error instanceof GolemError && error.code !== "unexpected") return { code: error.code };
    return {
      raw: error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error),
    };
  }
}

/** The same fault, apart from numbers in its message. */
const describeKind = (raw: string): string => raw.split("\n")[0]!.replaceAll(/\d+/g, "N").slice(0, 100);

for (const name of corpus.keys()) {
  const outcome = await tryInput(parse, { base: name, mutations: [] });
  if ("raw" in outcome) throw new Error(`the valid input ${name} fails: ${outcome.raw}`);
}

const counts: Record<string, number> = {};
let slowest = 0;
let last = Date.now();
const report = (isDone: boolean): void => {
  send({ kind: "state", counts: { ...counts }, slowest, peak, isDone });
  for (const code of Object.keys(counts)) delete counts[code];
  [slowest, last] = [0, Date.now()];
};

for (let index = argument.from; index < argument.from + argument.count; index++) {
  number.writeDoubleLE(index);
  writeSync(progress, number, 0, 8, 0);
  const plan = argument.plan ?? planNumbered(corpus, area, argument.seed, index);
  const before = peak;
  const start = performance.now();
  const outcome = await tryInput(parse, plan);
  slowest = Math.max(slowest, performance.now() - start);
  peak = 1024 * process.resourceUsage().maxRSS;
  if ("code" in outcome) counts[outcome.code] = (counts[outcome.code] ?? 0) + 1;
  else {
    const kind = describeKind(outcome.raw);
    const smallest = await minimise(plan, async (each) => {
      const again = await tryInput(parse, each);
      return "raw" in again && describeKind(again.raw) === kind;
    });
    const bytes = Buffer.from(createInput(corpus, smallest)).toString("base64");
    send({ kind: "raw error", index, plan: smallest, message: outcome.raw, bytes });
  }
  if (index > argument.from + 20 && before > 0 && peak - before > maximumGrowthBytes) {
    const bytes = Buffer.from(createInput(corpus, plan)).toString("base64");
    send({ kind: "memory", index, plan, message: `peak memory grew by ${(peak - before) >> 20} MB`, bytes });
  }
  // Messages leave only when the event loop turns.
  if (Date.now() - last > reportInterval) {
    report(false);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
report(true);
await close?.();
process.disconnect?.();
