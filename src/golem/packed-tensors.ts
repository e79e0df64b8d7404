/**
 * The heads of a golem as one set of tensors, and back.
 *
 * One view: the head's own names (weight, bias, mean, scale). Several: each name after the view's, as in
 * `moonshine-tiny/layer_3/weight`, and `fusion/weight` [views], the factors of the views' log-probabilities.
 * Not its concern: file formats.
 */

import type { FittedView } from "../classifier/fitted-view.ts";
import { getViewName, type View } from "../classifier/view.ts";
import { GolemError } from "../core/error.ts";
import type { HeadMeta, Tensor } from "../head/head.ts";
import { loadHead } from "../head/saved-head.ts";

const fusionWeight = "fusion/weight";

/** All tensors of the views' heads by name. */
export function packTensors(fitted: readonly FittedView[]): Record<string, Tensor> {
  if (fitted.length === 1) return { ...fitted[0]!.head.saved.tensors };
  const factors = Float32Array.from(fitted, ({ factor }) => factor);
  const packed: Record<string, Tensor> = { [fusionWeight]: { shape: [fitted.length], data: factors } };
  for (const { view, head } of fitted) {
    for (const [name, tensor] of Object.entries(head.saved.tensors)) {
      packed[`${getViewName(view)}/${name}`] = tensor;
    }
  }
  return packed;
}

/** The heads again, in the order of the views; `golem-damaged` when tensors are missing, too many or not as they should be. */
export function unpackTensors(
  views: readonly View[],
  metas: readonly HeadMeta[],
  tensors: Readonly<Record<string, Tensor>>,
): FittedView[] {
  if (views.length === 1) {
    return [{ view: views[0]!, head: loadHead({ meta: metas[0]!, tensors }), factor: 1 }];
  }
  const rest = new Map(Object.entries(tensors));
  const factors = rest.get(fusionWeight);
  rest.delete(fusionWeight);
  if (factors?.data.length !== views.length || !factors.data.every((factor) => factor > 0)) {
    throw damaged(`${fusionWeight} is not ${views.length} numbers over 0`);
  }
  const fitted = views.map((view, i) => {
    const prefix = `${getViewName(view)}/`;
    const own: Record<string, Tensor> = Object.create(null);
    for (const [name, tensor] of rest) {
      if (!name.startsWith(prefix)) continue;
      own[name.slice(prefix.length)] = tensor;
      rest.delete(name);
    }
    return { view, head: loadHead({ meta: metas[i]!, tensors: own }), factor: factors.data[i]! };
  });
  const [left] = rest.keys();
  if (left !== undefined) throw damaged(`no view has a tensor ${left}`);
  return fitted;
}

function damaged(what: string): GolemError {
  return new GolemError("golem-damaged", `The golem is damaged: ${what}.`, {
    hint: "Copy the golem's folder again from where it was made, or train it anew.",
  });
}
