/**
 * What tells the familiar from the unknown as tensors and plain data, and back: `familiarity/<view>/origin`, `scale` [features],
 * `templates` [classes, features], `norms` [classes], `subspace` [rows, features].
 *
 * Not its concern: file formats, how it is fitted.
 */

import type { Familiarity, FamiliarLayer } from "../classifier/familiarity.ts";
import { type EncoderSetInfo, getViewName, getViewSize } from "../classifier/view.ts";
import { GolemError } from "../core/error.ts";
import type { Tensor } from "../head/head.ts";
import type { GolemDocument } from "./golem-document.ts";

/** Begins the names of its tensors. */
export const familiarityPrefix = "familiarity/";

/** The part that golem.json holds. */
export function describeFamiliarity({
  layers,
  ...rest
}: Familiarity): NonNullable<GolemDocument["familiarity"]> {
  return { ...rest, layers: layers.map(({ view }) => view) };
}

/** The part that is tensors, by name. */
export function packFamiliarity({ layers }: Familiarity): Record<string, Tensor> {
  const packed: Record<string, Tensor> = {};
  for (const { view, origin, scale, templates, norms, subspace } of layers) {
    const features = origin.length;
    const rows = (data: Float32Array): Tensor => ({ shape: [data.length / features, features], data });
    const prefix = `${familiarityPrefix}${getViewName(view)}/`;
    packed[`${prefix}origin`] = { shape: [features], data: origin };
    packed[`${prefix}scale`] = { shape: [features], data: scale };
    packed[`${prefix}templates`] = rows(templates);
    packed[`${prefix}norms`] = { shape: [norms.length], data: norms };
    packed[`${prefix}subspace`] = rows(subspace);
  }
  return packed;
}

/** Both parts together again; `golem-damaged` when they do not fit each other or the listener. */
export function unpackFamiliarity(
  description: NonNullable<GolemDocument["familiarity"]>,
  tensors: ReadonlyMap<string, Tensor>,
  encoderSet: EncoderSetInfo,
): Familiarity {
  const rest = new Set([...tensors.keys()]);
  if (new Set(description.layers.map(getViewName)).size !== description.layers.length) {
    throw damaged("a layer is listed twice");
  }
  const layers = description.layers.map((view): FamiliarLayer => {
    const name = getViewName(view);
    const features = getViewSize(view, encoderSet);
    if (features === undefined) throw damaged(`nothing in it makes ${name}`);
    const take = (part: string, isRight: (shape: readonly number[]) => boolean): Float32Array => {
      const key = `${familiarityPrefix}${name}/${part}`;
      const tensor = tensors.get(key);
      rest.delete(key);
      if (!tensor || !isRight(tensor.shape) || !tensor.data.every(Number.isFinite)) {
        throw damaged(`tensor ${key} is missing, of another shape [${tensor?.shape}], or not finite`);
      }
      return tensor.data;
    };
    const isVector = ([size, ...more]: readonly number[]) => size === features && more.length === 0;
    const isRows = ([rows = 0, size, ...more]: readonly number[]) =>
      rows >= 1 && size === features && more.length === 0;
    const templates = take("templates", isRows);
    const scale = take("scale", isVector);
    if (!scale.every((value) => value > 0)) throw damaged(`${name} has a scale that is not over 0`);
    const norms = take(
      "norms",
      ([size, ...more]) => size === templates.length / features && more.length === 0,
    );
    if (!norms.every((norm) => norm > 0)) throw damaged(`${name} has a norm that is not over 0`);
    return {
      ...{ view, templates, scale, norms },
      origin: take("origin", isVector),
      subspace: take("subspace", isRows),
    };
  });
  const [left] = rest;
  if (left !== undefined) throw damaged(`nothing in golem.json asks for tensor ${left}`);
  if (new Set(layers.map(({ norms }) => norms.length)).size > 1)
    throw damaged("its layers differ in classes");
  return { ...description, layers };
}

function damaged(what: string): GolemError {
  return new GolemError("golem-damaged", `The golem is damaged: of what tells the unknown, ${what}.`, {
    hint: "Copy the golem's folder again from where it was made, or train it anew.",
  });
}
