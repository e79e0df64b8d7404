/**
 * Metrics of predictions in the format of Prometheus: labels, confidence, unknown recordings. Changes in them
 * show drift: recordings no longer resemble the training recordings.
 *
 * The number of label values is limited: the classes with the most training recordings, and `other` for all
 * others. Not its concern: requests, the process (metrics.ts).
 */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Prediction } from "../golem/golem-model.ts";
import type { ServedGolem } from "./golem-place.ts";

/** Maximum number of labels per golem that have series of their own. */
export const maximumLabels = 20;
const otherLabel = "other";
/** Number of most recent recordings over which the share of unknown ones is computed. */
const recentRecordings = 1000;

/** Counts predictions. */
export interface PredictionMetrics {
  /** Sets the golem that is used for an id from now on. */
  describe(golem: Pick<ServedGolem, "id" | "document">): void;
  /** Removes a golem that is no longer served, with its series. */
  forget(id: string): void;
  countPrediction(id: string, prediction: Pick<Prediction, "label" | "confidence" | "unknown">): void;
  /** Counts one event of a long recording or a live stream. */
  countEvent(id: string, label: string): void;
}

interface Described {
  readonly labels: ReadonlySet<string>;
  /** Whether each of the most recent recordings was unknown, in a ring. */
  readonly recent: Uint8Array;
  count: number;
  unknown: number;
}

/** Starts counting. */
export function createPredictionMetrics(registry: Registry): PredictionMetrics {
  const registers = [registry];
  const described = new Map<string, Described>();
  const labelNames = ["golem", "label"] as const;
  const predictions = new Counter({
    name: "golem_predictions_total",
    help: "Recordings by the label that was predicted",
    labelNames,
    registers,
  });
  const events = new Counter({
    name: "golem_events_total",
    help: "Events found in long recordings and live streams",
    labelNames,
    registers,
  });
  const confidence = new Histogram({
    name: "golem_prediction_confidence",
    help: "Confidence of the predicted label",
    labelNames: ["golem"],
    buckets: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1],
    registers,
  });
  const unknown = new Counter({
    name: "golem_unknown_total",
    help: "Recordings that are unlike the training recordings",
    labelNames: ["golem"],
    registers,
  });
  new Gauge({
    name: "golem_unknown_ratio",
    help: `Share of unknown recordings among the last ${recentRecordings}`,
    labelNames: ["golem"],
    registers,
    collect() {
      this.reset();
      for (const [golem, { count, unknown: found }] of described) {
        if (count > 0) this.set({ golem }, found / Math.min(count, recentRecordings));
      }
    },
  });
  const expected = new Gauge({
    name: "golem_unknown_expected_ratio",
    help: "Share of unknown recordings among those like the training recordings",
    labelNames: ["golem"],
    registers,
  });
  const counted = [predictions, events];
  const name = (id: string, label: string): string =>
    described.get(id)?.labels.has(label) ? label : otherLabel;

  return {
    describe({ id, document }) {
      const labels = chooseLabels(document.labels, document.data.perClass);
      for (const label of described.get(id)?.labels ?? []) {
        if (!labels.has(label) && label !== otherLabel) {
          for (const counter of counted) counter.remove({ golem: id, label });
        }
      }
      for (const label of labels) for (const counter of counted) counter.inc({ golem: id, label }, 0);
      unknown.inc({ golem: id }, 0);
      expected.remove({ golem: id });
      const rate = document.familiarity?.falseRejectionRate;
      if (rate !== undefined) expected.set({ golem: id }, rate);
      described.set(id, { labels, recent: new Uint8Array(recentRecordings), count: 0, unknown: 0 });
    },
    forget(id) {
      for (const label of [...(described.get(id)?.labels ?? []), otherLabel]) {
        for (const counter of counted) counter.remove({ golem: id, label });
      }
      for (const metric of [confidence, unknown, expected]) metric.remove({ golem: id });
      described.delete(id);
    },
    countPrediction(id, prediction) {
      predictions.inc({ golem: id, label: name(id, prediction.label) });
      confidence.observe({ golem: id }, prediction.confidence);
      if (prediction.unknown) unknown.inc({ golem: id });
      const own = described.get(id);
      if (!own) return;
      const place = own.count++ % recentRecordings;
      own.unknown += Number(prediction.unknown) - own.recent[place]!;
      own.recent[place] = Number(prediction.unknown);
    },
    countEvent: (id, label) => events.inc({ golem: id, label: name(id, label) }),
  };
}

/** Chooses the labels with the most training recordings; among equals, the first ones. */
function chooseLabels(
  labels: readonly string[],
  perClass: Readonly<Record<string, number>>,
): ReadonlySet<string> {
  const count = (label: string): number => (Object.hasOwn(perClass, label) ? perClass[label]! : 0);
  return new Set([...labels].sort((a, b) => count(b) - count(a)).slice(0, maximumLabels));
}
