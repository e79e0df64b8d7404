/** `golem review DIR`: a page for labelling clips or recordings; --answers reads labels from a file. */

import { getReviewPages } from "../../node/export/studio-site.ts";
import { loadGolem } from "../../node/golem.ts";
import { openReview, readGivenAnswers } from "../../node/keep/review-folder.ts";
import { createReviewRoutes } from "../../server/review-routes.ts";
import { startStudioServer } from "../../server/studio-server.ts";
import { openBrowser } from "../open-browser.ts";
import type { ReviewOutput } from "../output.ts";
import { quoteForShell } from "../printed-path.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

interface ReviewOptions extends CommonOptions {
  readonly port?: number;
  readonly open: boolean;
  readonly answers?: string;
  readonly golem?: string;
}

/** Runs the command; resolves with the exit code. If a page is served, it is served until interrupted. */
export async function runCommand(
  [folder]: [string],
  { port = 0, open, answers, golem: golemFolder }: ReviewOptions,
  terminal: Terminal,
): Promise<number> {
  const { signal } = terminal.work;
  const name = quoteForShell(golemFolder ?? "my-golem");
  const commands = [
    `npx golem update ${name} ${quoteForShell(folder)} --out newer`,
    `npx golem diff ${name} newer`,
  ];
  const golem = golemFolder === undefined ? undefined : await loadGolem(golemFolder, terminal.work);
  const review = await openReview(folder, { ...terminal.work, golem });
  const count = async () => {
    const { items } = await review.getState();
    return { items: items.length, labelled: items.filter(({ label }) => label !== undefined).length };
  };
  const printCount = async (given: object = {}): Promise<void> => {
    const { items, labelled } = await count();
    terminal.printJson({ review: folder, ...given, items, labelled } satisfies ReviewOutput);
    terminal.print(`${labelled} of ${items} recordings have a label`);
    if (labelled > 0) {
      terminal.print(`Next: ${commands.join("\n      ")}`);
    }
  };
  if (answers !== undefined) {
    const given = await readGivenAnswers(answers);
    await review.answer(given);
    await printCount({ answers: given.length });
    return 0;
  }
  const site = await getReviewPages();
  const server = await startStudioServer(site, port, createReviewRoutes(review, commands));
  const url = `${server.url}review.html`;
  terminal.printJson({ url } satisfies ReviewOutput);
  terminal.print(`The review is at ${terminal.bold(url)} (Ctrl-C ends it; every answer is saved at once)`);
  if (open && !terminal.json && process.stdout.isTTY) openBrowser(url);
  await new Promise<void>((done) => {
    if (signal?.aborted) done();
    signal?.addEventListener("abort", () => done(), { once: true });
  });
  await server.close();
  await printCount();
  return 0;
}
