/**
 * The section of the confusion matrix, and the recordings behind the cell that is chosen.
 *
 * Not its concern: how it was measured, how the matrix is drawn (view/confusion-matrix.tsx).
 */
import { useSignal } from "@preact/signals";
import { getSpokenText } from "../../encoder/speech-check.ts";
import type { GolemDocument } from "../../golem/golem-document.ts";
import {
  type CellPlace,
  ConfusionMatrix,
  isLargeMatrix,
  type MatrixProps,
  orderCounts,
} from "../../view/confusion-matrix.tsx";
import { getClassIndex, learned, orderLabels } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { findKept } from "./behind.ts";
import { Behind } from "./behind-list.tsx";

/** The section. */
export function Confusion(props: { readonly evaluation: NonNullable<GolemDocument["evaluation"]> }) {
  const evaluation: MatrixProps["evaluation"] = props.evaluation;
  const labels = orderLabels(evaluation.labels);
  const w = words.value.result;
  const worst = findWorst(orderCounts({ labels, evaluation }));
  const chosen = useSignal(worst);
  return (
    <section aria-labelledby="confusion">
      <header>
        <h2 id="confusion">{w.confusion}</h2>
        <p class="lead">{worst ? w.confusionText(labels[worst[0]]!, labels[worst[1]]!) : w.confusionNone}</p>
      </header>
      <div class={`confusion${isLargeMatrix(labels) ? " large" : ""}`}>
        <div>
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
        </div>
        <div class="behind" aria-live="polite">
          {chosen.value && <CellList truth={labels[chosen.value[0]]!} predicted={labels[chosen.value[1]]!} />}
        </div>
      </div>
    </section>
  );
}

/** The fullest cell of mistakes; the first of those that are as full. */
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

/** The recordings of one class that were taken for another, or recognised, the most often first. */
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
