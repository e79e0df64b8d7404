/**
 * Which class is taken for which, and the recordings behind each cell.
 *
 * Not its concern: how it was measured.
 */
import { useSignal } from "@preact/signals";
import type { GolemDocument } from "../../golem/golem-document.ts";
import { getClassIndex, learned, orderLabels } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { findKept } from "./behind.ts";
import { Behind } from "./behind-list.tsx";
import { ClassMark } from "./class-mark.tsx";

/** Shades of a cell. */
const shades = 5;
/** Most classes whose names stand over the columns. */
const fewColumns = 7;

/** The matrix with the list of what lies behind the cell that is chosen. */
export function Confusion({ evaluation }: { readonly evaluation: NonNullable<GolemDocument["evaluation"]> }) {
  const { perClass } = evaluation;
  const labels = orderLabels(evaluation.labels);
  const places = labels.map((label) => evaluation.labels.indexOf(label));
  const confusion = places.map((i) => places.map((j) => evaluation.confusion[i]?.[j] ?? 0));
  const w = words.value.result;
  const cells = labels.flatMap((_, i) => labels.map((_, j) => ({ i, j, count: confusion[i]?.[j] ?? 0 })));
  const worst = cells.filter(({ i, j, count }) => i !== j && count > 0).sort((a, b) => b.count - a.count)[0];
  const chosen = useSignal<readonly [number, number] | undefined>(worst ? [worst.i, worst.j] : undefined);
  const show = (count: number) =>
    count >= 10 || Number.isInteger(count) ? String(Math.round(count)) : count.toFixed(1);
  const isLarge = labels.length > 10;
  return (
    <section aria-labelledby="confusion">
      <header>
        <h2 id="confusion">{w.confusion}</h2>
        <p class="lead">{worst ? w.confusionText(labels[worst.i]!, labels[worst.j]!) : w.confusionNone}</p>
      </header>
      <div class={`confusion${isLarge ? " large" : ""}`}>
        <div>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
          <section class="scroll" tabIndex={0} aria-label={w.confusionHint}>
            <table class="matrix">
              <thead>
                <tr>
                  <th scope="col">
                    <span class="hidden">{w.recorded}</span>
                  </th>
                  {labels.map((label) => (
                    <th scope="col" key={label} title={label}>
                      <ClassMark index={getClassIndex(label)} />
                      <span class={labels.length <= fewColumns ? "name" : "hidden"}>{label}</span>
                    </th>
                  ))}
                  <th scope="col" class="recall">
                    {w.found}
                  </th>
                </tr>
              </thead>
              <tbody>
                {labels.map((label, i) => (
                  <tr key={label}>
                    <th scope="row">
                      <span title={label}>{label}</span>
                      <ClassMark index={getClassIndex(label)} />
                    </th>
                    {labels.map((predicted, j) => {
                      const count = confusion[i]?.[j] ?? 0;
                      if (!(count > 0)) return <td key={predicted} />;
                      const support = perClass[label]?.support || count;
                      const shade = Math.min(shades, Math.max(1, Math.ceil((shades * count) / support)));
                      return (
                        <td key={predicted}>
                          <button
                            type="button"
                            class={`cell ${i === j ? "hit" : "miss"} s${shade}`}
                            aria-pressed={chosen.value?.[0] === i && chosen.value[1] === j}
                            aria-label={w.cell(show(count), label, predicted)}
                            onClick={() => {
                              chosen.value = [i, j];
                            }}
                          >
                            {count < 0.05 ? "·" : show(count)}
                          </button>
                        </td>
                      );
                    })}
                    <td class="recall">
                      {(perClass[label]?.support ?? 0) > 0
                        ? words.value.percent(perClass[label]!.recall)
                        : "–"}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <p class="note">{w.confusionHint}</p>
        </div>
        <div class="behind" aria-live="polite">
          {chosen.value && <Cell labels={labels} truth={chosen.value[0]} predicted={chosen.value[1]} />}
        </div>
      </div>
    </section>
  );
}

/** What lies behind one cell, the most often first. */
function Cell({
  labels,
  truth,
  predicted,
}: {
  readonly labels: readonly string[];
  readonly truth: number;
  readonly predicted: number;
}) {
  const w = words.value.result;
  const { document, training } = learned.value!;
  const behind = [...training.recordings, ...(training.test ?? [])]
    .flatMap((account) => {
      if (account.label !== labels[truth]) return [];
      const votes = account.votes ?? [];
      const total = votes.reduce((sum, [, count]) => sum + count, 0);
      const own = votes.find(([answer]) => document.labels[answer] === labels[predicted])?.[1] ?? 0;
      return own > 0 ? [{ account, share: own / total }] : [];
    })
    .sort((a, b) => b.share - a.share);
  return (
    <>
      <h3>{w.behind(labels[truth]!, labels[predicted]!)}</h3>
      <Behind
        items={behind.map(({ account, share }) => ({
          recording: findKept(account),
          name: account.file,
          text: account.text,
          note: w.times(share),
        }))}
      />
    </>
  );
}
