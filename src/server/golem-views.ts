/** The descriptions of golems for clients: without single recordings, their names or their words. */
import type { z } from "@hono/zod-openapi";
import type { ServedGolem } from "./golem-place.ts";
import type { golemSchema, golemSummarySchema } from "./schemas.ts";

/** Summarises a golem for the list. */
export function summariseGolem({ id, document }: ServedGolem): z.infer<typeof golemSummarySchema> {
  return {
    id,
    labels: document.labels,
    encoders: document.encoders.map((encoder) => encoder.id),
    transcript: document.transcriber !== undefined,
    balancedAccuracy: document.evaluation?.balancedAccuracy ?? null,
  };
}

/** Describes one golem in full. */
export function describeGolem(golem: ServedGolem): z.infer<typeof golemSchema> {
  const { audio, views, labelSets, evaluation, data, createdBy } = golem.document;
  return {
    ...summariseGolem(golem),
    createdBy,
    maximumSeconds: audio.maximumSeconds,
    sampleRate: audio.sampleRate,
    views: views.map(({ encoder, layer, pooling, weight }) => ({ encoder, layer, pooling, weight })),
    labelSetLevel: labelSets?.level ?? null,
    evaluation: evaluation && {
      protocol: evaluation.protocol,
      recordings: evaluation.recordings,
      classes: evaluation.classes,
      accuracy: evaluation.accuracy,
      balancedAccuracy: evaluation.balancedAccuracy,
      interval: [...evaluation.interval],
      chance: evaluation.chance,
      majority: evaluation.majority,
      macroF1: evaluation.macroF1,
      trainAccuracy: evaluation.trainAccuracy,
      grouping: evaluation.grouping,
    },
    training: { recordings: data.recordings, seconds: data.seconds, perClass: data.perClass },
  };
}
