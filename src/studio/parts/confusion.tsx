/**
 * The section of the confusion matrix, and the recordings behind the cell that is chosen.
 *
 * Not its concern: how it was measured, how the matrix is drawn (view/confusion-matrix.tsx).
 */
import { type Signal, useSignal } from "@preact/signals";
import { getSpokenText } from "../../encoder/speech-check.ts";
import type { GolemDocument } from "../../golem/golem-document.ts";
import { ClassMark } from "../../view/class-mark.tsx";
import {
  type CellPlace,
  ConfusionMatrix,
  isLargeMatrix,
  type MatrixProps,
  orderCounts,
} from "../../view/confusion-matrix.tsx";
import { shortenName } from "../../view/format.ts";
import { isNarrow } from "../state/narrow.ts";
import { getClassIndex, learned, orderLabels } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { findKept } from "./behind.ts";
import { Behind } from "./behind-list.tsx";
import { ClassScores } from "./class-scores.tsx";

/** With more classes than this the matrix does not fit on a phone. */
const maximumColumns = 7;
/** Mistakes rarer than this share of the class are left out of the list. */
const leastMistakes = 0.02;

/** The section. */
export function Confusion(props: { readonly evaluation: NonNullable<GolemDocument["evaluation"]> }) {
  const evaluation: MatrixProps["evaluation"] = props.evaluation;
  const labels = orderLabels(evaluation.labels);
  const w = words.value.result;
  const counts = orderCounts({ labels, evaluation });
  const worst = findWorst(counts);
  const chosen = useSignal(worst);
  return (
    <section aria-labelledby="confusion">
      <header>
        <h2 id="confusion">{w.confusion}</h2>
        <p class="lead">
          {!worst
            ? w.confusionNone
            : isAlone(counts, worst)
              ? w.confusionText(shortenName(labels[worst[0]]!), shortenName(labels[worst[1]]!))
              : w.confusionSome}
        </p>
      </header>
      <div class={`confusion${isLargeMatrix(labels) ? " large" : ""}`}>
        <div>
          {isNarrow.value && labels.length > maximumColumns ? (
            <Mistakes labels={labels} evaluation={evaluation} chosen={chosen} />
          ) : (
            <>
              <ConfusionMatrix
                labels={labels}
                evaluation={evaluation}
                getNumber={getClassIndex}
                words={{ name: w.confusionHint, recorded: w.recorded, found: w.found, tell: w.cell }}
                chosen={chosen.value}
                onChoose={(place) => {
                  chosen.value = place;
                }}
              />
              <p class="note">{w.confusionHint}</p>
            </>
          )}
        </div>
        <div class="behind" aria-live="polite">
          {chosen.value && <CellList truth={labels[chosen.value[0]]!} predicted={labels[chosen.value[1]]!} />}
        </div>
      </div>
      <ClassScores {...props.evaluation} />
    </section>
  );
}

/** The matrix as a list, for narrow windows: each class, its recall, and its mistakes. */
function Mistakes({
  labels,
  evaluation,
  chosen,
}: {
  readonly labels: readonly string[];
  readonly evaluation: MatrixProps["evaluation"];
  readonly chosen: Signal<CellPlace | undefined>;
}) {
  const w = words.value;
  const counts = orderCounts({ labels, evaluation });
  return (
    <ul class="mistakes">
      {labels.map((label, i) => {
        const { recall = 0, support = 0 } = evaluation.perClass[label] ?? {};
        const cells = counts[i]!.map((count, j) => ({ count, j }))
          .filter(({ count, j }) => j !== i && count >= leastMistakes * support && count > 0)
          .sort((a, b) => b.count - a.count);
        return (
          <li key={label}>
            <ClassMark index={getClassIndex(label)} />
            <span class="name">{label}</span>
            <span>{support > 0 ? w.percent(recall) : "–"}</span>
            {cells.length > 0 && (
              <span class="chips">
                {cells.map(({ count, j }) => (
                  <button
                    key={j}
                    type="button"
                    class="chip"
                    aria-pressed={chosen.value?.[0] === i && chosen.value[1] === j}
                    aria-label={w.result.cell(w.percent(count / support), label, labels[j]!)}
                    onClick={() => {
                      chosen.value = [i, j];
                    }}
                  >
                    <ClassMark index={getClassIndex(labels[j]!)} /> {w.percent(count / support)}{" "}
                    {shortenName(labels[j]!, 24)}
                  </button>
                ))}
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The cell with the most mistakes; the first of several. */
function findWorst(counts: readonly (readonly number[])[]): CellPlace | undefined {
  let worst: CellPlace | undefined;
  let most = 0;
  for (const [i, row] of counts.entries()) {
    for (const [j, count] of row.entries()) {
      if (i !== j && count > most) [worst, most] = [[i, j], count];
    }
  }
  return worst;
}

/** Whether no other cell has as many mistakes. */
function isAlone(counts: readonly (readonly number[])[], [row, column]: CellPlace): boolean {
  const most = counts[row]![column]!;
  return counts.flatMap((cells, i) => cells.filter((count, j) => i !== j && count === most)).length === 1;
}

/** The recordings of one class that were classified as another, or correctly; the most frequent first. */
function CellList({ truth, predicted }: { readonly truth: string; readonly predicted: string }) {
  const w = words.value.result;
  const { document, training } = learned.value!;
  const behind = [...training.recordings, ...(training.test ?? [])]
    .flatMap((account) => {
      if (account.label !== truth) return [];
      const votes = account.votes ?? [];
      const total = votes.reduce((sum, [, count]) => sum + count, 0);
      const own = votes.find(([answer]) => document.labels[answer] === predicted)?.[1] ?? 0;
      return own > 0 ? [{ account, share: own / total }] : [];
    })
    .sort((a, b) => b.share - a.share);
  return (
    <>
      <h3>{w.behind(truth, predicted)}</h3>
      <Behind
        items={behind.map(({ account, share }) => ({
          recording: findKept(account),
          name: account.file,
          text: account.text && getSpokenText({ text: account.text, logprob: account.logprob }),
          note: w.times(share),
        }))}
      />
    </>
  );
}
