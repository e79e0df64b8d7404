/**
 * Precision, recall and F1 of each class, as a table.
 *
 * Not its concern: how they were measured.
 */

import type { GolemDocument } from "../../golem/golem-document.ts";
import { ClassMark } from "../../view/class-mark.tsx";
import { getClassIndex, orderLabels } from "../state/tasks.ts";
import { words } from "../words/language.ts";

/** The table, folded away until it is asked for. */
export function ClassScores({ perClass, labels }: NonNullable<GolemDocument["evaluation"]>) {
  const w = words.value;
  return (
    <details>
      <summary>{w.result.perClass}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <div class="scroll" tabIndex={0} role="region" aria-label={w.result.perClass}>
        <table class="class-scores">
          <thead>
            <tr>
              <th scope="col">{w.result.className}</th>
              {[w.result.precision, w.result.recall, "F1", w.result.support].map((name) => (
                <th scope="col" key={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {orderLabels(labels).map((label) => {
              const { precision, recall, f1, support } = perClass[label]!;
              return (
                <tr key={label}>
                  <th scope="row">
                    <ClassMark index={getClassIndex(label)} /> {label}
                  </th>
                  <td>{w.percent(precision)}</td>
                  <td>{support > 0 ? w.percent(recall) : "–"}</td>
                  <td>{support > 0 ? w.percent(f1) : "–"}</td>
                  <td>{support}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p class="note">{w.result.perClassText}</p>
    </details>
  );
}
