/**
 * The tensors of head.safetensors: converts heads, familiarity and label-set calibration to named tensors and
 * back.
 *
 * Heads: with one view, the head's own names (weight, bias, mean, scale); with several, each name after the
 * view's, as in `moonshine-tiny/layer_3/weight`, and `fusion/weight` [views], the weights of the views'
 * log-probabilities. Familiarity: `familiarity/<view>/origin`, `scale` [features], `templates` [classes,
 * features], `norms` [classes], `subspace` [rows, features]. Label sets: `conformal/scores` [repeats,
 * recordings].
 */

import type { FittedView } from "../classifier/fusion/fusion.ts";
import type { Familiarity, FamiliarityLayer } from "../classifier/novelty/familiarity.ts";
import { type EncoderSetInfo, getViewName, getViewSize, type View } from "../classifier/view.ts";
import type { LabelCalibration } from "../evaluate/conformal.ts";
import type { HeadMeta, Tensor } from "../head/head.ts";
import { loadHead } from "../head/saved-head.ts";
import { createDamagedError } from "./checked-json.ts";
import type { GolemDocument } from "./golem-document.ts";

const fusionName = "fusion/weight";
const familiarityPrefix = "familiarity/";
const conformalName = "conformal/scores";

/** The parts of a golem that have tensors; the latter two are absent if nothing could be held out. */
export interface TensorParts {
  readonly fitted: readonly FittedView[];
  readonly familiarity?: Familiarity | undefined;
  readonly calibration?: LabelCalibration | undefined;
}

/** Converts the parts to tensors by name. */
export function packTensors({ fitted, familiarity, calibration }: TensorParts): Record<string, Tensor> {
  return {
    ...packHeads(fitted),
    ...(familiarity ? packFamiliarity(familiarity) : {}),
    ...(calibration ? { [conformalName]: packCalibration(calibration) } : {}),
  };
}

/** Restores the parts of a golem; throws `golem-damaged` if tensors are missing, superfluous or invalid. */
export function unpackTensors(
  document: GolemDocument,
  tensors: Readonly<Record<string, Tensor>>,
): TensorParts {
  const heads: Record<string, Tensor> = Object.create(null);
  const familiar = new Map<string, Tensor>();
  for (const [name, tensor] of Object.entries(tensors)) {
    if (name.startsWith(familiarityPrefix)) familiar.set(name, tensor);
    else if (name !== conformalName) heads[name] = tensor;
  }
  const conformal = tensors[conformalName];
  const fitted = unpackHeads(document.views, document.heads, heads);
  if (familiar.size > 0 !== (document.familiarity !== undefined)) throw createMismatch("familiarity/");
  if ((conformal !== undefined) !== (document.labelSets !== undefined)) throw createMismatch(conformalName);
  return {
    fitted,
    familiarity: document.familiarity && unpackFamiliarity(document.familiarity, familiar, document),
    calibration: conformal && unpackCalibration(conformal),
  };
}

const createMismatch = (name: string) =>
  createDamagedError(`golem.json and head.safetensors do not agree about ${name}`);

function packHeads(fitted: readonly FittedView[]): Record<string, Tensor> {
  if (fitted.length === 1) return { ...fitted[0]!.head.saved.tensors };
  const factors = Float32Array.from(fitted, ({ factor }) => factor);
  const packed: Record<string, Tensor> = { [fusionName]: { shape: [fitted.length], data: factors } };
  for (const { view, head } of fitted) {
    for (const [name, tensor] of Object.entries(head.saved.tensors)) {
      packed[`${getViewName(view)}/${name}`] = tensor;
    }
  }
  return packed;
}

/** Restores the heads, in the order of the views. */
function unpackHeads(
  views: readonly View[],
  metas: readonly HeadMeta[],
  tensors: Readonly<Record<string, Tensor>>,
): FittedView[] {
  if (views.length === 1) {
    return [{ view: views[0]!, head: loadHead({ meta: metas[0]!, tensors }), factor: 1 }];
  }
  const rest = new Map(Object.entries(tensors));
  const factors = rest.get(fusionName);
  rest.delete(fusionName);
  if (factors?.data.length !== views.length || !factors.data.every((factor) => factor > 0)) {
    throw createDamagedError(`${fusionName} is not ${views.length} numbers over 0`);
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
  if (left !== undefined) throw createDamagedError(`no view has a tensor ${left}`);
  return fitted;
}

/** Returns the part of familiarity that golem.json contains. */
export function describeFamiliarity({
  layers,
  ...rest
}: Familiarity): NonNullable<GolemDocument["familiarity"]> {
  return { ...rest, layers: layers.map(({ view }) => view) };
}

function packFamiliarity({ layers }: Familiarity): Record<string, Tensor> {
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

/** Restores familiarity from its part of golem.json and its tensors. */
function unpackFamiliarity(
  description: NonNullable<GolemDocument["familiarity"]>,
  tensors: ReadonlyMap<string, Tensor>,
  encoderSet: EncoderSetInfo,
): Familiarity {
  const createError = (what: string) => createDamagedError(`in the part for familiarity, ${what}`);
  const rest = new Set([...tensors.keys()]);
  if (new Set(description.layers.map(getViewName)).size !== description.layers.length) {
    throw createError("a layer is listed twice");
  }
  const layers = description.layers.map((view): FamiliarityLayer => {
    const name = getViewName(view);
    const features = getViewSize(view, encoderSet);
    if (features === undefined) throw createError(`${name} has no encoder or transcriber`);
    const take = (part: string, isRight: (shape: readonly number[]) => boolean): Float32Array => {
      const key = `${familiarityPrefix}${name}/${part}`;
      const tensor = tensors.get(key);
      rest.delete(key);
      if (!tensor || !isRight(tensor.shape) || !tensor.data.every(Number.isFinite)) {
        throw createError(`tensor ${key} is missing, has a wrong shape [${tensor?.shape}], or is not finite`);
      }
      return tensor.data;
    };
    const isVector = ([size, ...more]: readonly number[]) => size === features && more.length === 0;
    const isRows = ([rows = 0, size, ...more]: readonly number[]) =>
      rows >= 1 && size === features && more.length === 0;
    const templates = take("templates", isRows);
    const scale = take("scale", isVector);
    if (!scale.every((value) => value > 0)) throw createError(`${name} has a scale that is not over 0`);
    const norms = take(
      "norms",
      ([size, ...more]) => size === templates.length / features && more.length === 0,
    );
    if (!norms.every((norm) => norm > 0)) throw createError(`${name} has a norm that is not over 0`);
    return {
      ...{ view, templates, scale, norms },
      origin: take("origin", isVector),
      subspace: take("subspace", isRows),
    };
  });
  const [left] = rest;
  if (left !== undefined) throw createError(`golem.json has no layer for tensor ${left}`);
  if (new Set(layers.map(({ norms }) => norms.length)).size > 1) {
    throw createError("the layers differ in the number of classes");
  }
  return { ...description, layers };
}

function packCalibration({ scores, repeats = 1 }: LabelCalibration): Tensor {
  return { shape: [repeats, scores.length / repeats], data: Float32Array.from(scores) };
}

function unpackCalibration({ shape, data }: Tensor): LabelCalibration {
  const [repeats = 0, recordings = 0] = shape;
  if (
    shape.length !== 2 ||
    repeats < 1 ||
    recordings < 1 ||
    !data.every((score) => score >= 0 && score <= 1)
  ) {
    throw createDamagedError(
      `${conformalName} [${shape}] is not repeats x recordings of numbers from 0 to 1`,
    );
  }
  return { scores: Array.from(data), repeats };
}
