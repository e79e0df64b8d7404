/**
 * The report of a golem on a test set: the score of `golem evaluate`, and the prediction for every recording.
 *
 * Not its concern: the layout of the page.
 */

import { selectScored } from "../../classifier/evaluate-classifier.ts";
import { computeRecordingMap } from "../../classifier/features/recording-map.ts";
import { quoteShellWord } from "../../core/shell-word.ts";
import type { Dataset } from "../../dataset/dataset.ts";
import type { Evaluation } from "../../evaluate/evaluation.ts";
import { describeRecordings as createAccounts } from "../../golem/training-account.ts";
import type { ReportData } from "../../view/report/report-data.ts";
import { evaluate } from "../../workflow/evaluate.ts";
import {
  describeExtras,
  describeGolem,
  describeRecordings,
  type GatheredReport,
  listFacts,
  nameLeftOut,
  type ReportExtras,
} from "../../workflow/golem-report.ts";
import {
  createFileNamer,
  describeDataset,
  describePlace,
  listCommands,
} from "../../workflow/report-commands.ts";
import type { ReportSources } from "../data/report-sources.ts";
import { locateFiles } from "../data/report-sources.ts";
import type { EnvironmentOptions } from "../environment.ts";
import type { Golem } from "../golem.ts";
import { runInNode } from "../node-environment.ts";

/** An evaluation with its report and the paths of its recordings. */
interface ReportedEvaluation {
  readonly evaluation: Evaluation;
  readonly report: GatheredReport;
  readonly sources: ReportSources;
}

/** Scores a golem on a test set, and collects a report's data. Rejects as `Golem.evaluate`. */
export async function evaluateForReport(
  golem: Golem,
  named: string | Dataset,
  options: EnvironmentOptions & ReportExtras & { readonly limit?: number | undefined },
): Promise<ReportedEvaluation> {
  const { model } = golem;
  const { document, training, classifier } = model;
  const { labels } = document;
  const { evaluation, embedded, rows, name } = await runInNode(options, (environment) =>
    evaluate(environment, golem, named, options),
  );
  const { known } = selectScored(labels, embedded, training);
  const probabilities = [classifier.computeProbabilities(known)];
  const places = computeRecordingMap(known, classifier, model);
  const accounts = createAccounts(known, places, probabilities);
  const scored = new Set(known.map(({ file }) => file));
  const nameFile = createFileNamer([...scored]);
  const data: ReportData = {
    ...describeGolem(document),
    kind: "test set",
    name: describeDataset(name),
    evaluation: nameLeftOut(evaluation, nameFile),
    recordings: describeRecordings(accounts, labels, nameFile, { isTrained: false, isScored: true }),
    ...describeExtras(options, nameFile),
    reproduction: {
      commands: [
        ...listCommands(document, training).slice(0, 1),
        `npx golem evaluate my-golem ${quoteShellWord(describePlace(name))} --report report.html`,
      ],
      facts: [...listFacts(document), ["test set", `${describeDataset(name)}, ${known.length} recordings`]],
    },
  };
  const test = await locateFiles(rows.filter(({ file }) => scored.has(file)));
  return {
    evaluation,
    report: { data, files: known.map(({ file }) => file) },
    sources: { training: new Map(), test },
  };
}
