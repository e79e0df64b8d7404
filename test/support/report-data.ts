/** Made-up report data: everything a report can show, with names that try to break out of it. */

import { encodeWav } from "../../src/audio/wav-writer.ts";
import { encodeBase64 } from "../../src/core/base64.ts";
import { createRandom } from "../../src/core/random.ts";
import { computeEvaluation } from "../../src/evaluate/evaluate.ts";
import type { LearningCurve } from "../../src/evaluate/learning-curve.ts";
import { createMatrix } from "../../src/math/matrix.ts";
import type { ReportData, ReportFinding, ReportRecording } from "../../src/view/report/report-data.ts";
import { drawSpectrogram } from "../../src/view/spectrogram-picture.ts";

/** Hostile or accidental names of a data set. */
export const hostileTexts = [
  `<script>document.title = "broken"</script>`,
  `"><img src=x onerror="document.title='broken'">`,
  `</script><script>document.title = "broken"</script>`,
  `' onmouseover='document.title="broken"' x='`,
  "</style></svg></title></textarea><!-- \u202ereversed\u0000",
  "&lt;b&gt; & ]]> \u2028 \ud800",
];

/** Options of {@link makeReportData}. */
export interface MakeReportOptions {
  readonly labels?: readonly string[];
  readonly shots?: number;
  readonly repeats?: number;
  readonly sound?: boolean;
}

/** Report data of a made-up golem under cross-validation. */
export function makeReportData(options: MakeReportOptions = {}): ReportData {
  const { labels = ["dog", "cat", "rain"], shots = 6, repeats = 10, sound = true } = options;
  const random = createRandom(7);
  const truth = Array.from({ length: labels.length * shots }, (_, i) => i % labels.length);
  const probabilities = Array.from({ length: repeats }, () => {
    const matrix = createMatrix(truth.length, labels.length);
    for (const [row, label] of truth.entries()) {
      const scores = labels.map((_, c) => Math.exp(2 * random.normal() + (c === label ? 3 : 0)));
      const sum = scores.reduce((a, b) => a + b);
      for (const [c, score] of scores.entries()) matrix.data[row * labels.length + c] = score / sum;
    }
    return matrix;
  });
  const evaluation = computeEvaluation({
    ...{ protocol: "cross-validation", labels, truth, probabilities, k: 5, trainAccuracy: 1 },
    skipped: [{ file: `${labels[0]}/silent.wav`, code: "silent", message: "It holds nothing.", hint: "" }],
  });
  const tone = Float32Array.from({ length: 4000 }, (_, i) => 0.3 * Math.sin(0.2 * i));
  const clip = encodeBase64(encodeWav(tone, 16_000, "mulaw"));
  const picture = encodeBase64(
    drawSpectrogram(
      Float32Array.from({ length: 120 * 64 }, (_, i) => Math.sin(i / 90) + Math.cos((i % 64) / 9)),
      64,
    ),
  );
  const recordings = truth.map((label, row): ReportRecording => {
    const mean = labels.map((name, c) => ({
      label: name,
      share: probabilities.reduce((sum, { data }) => sum + data[row * labels.length + c]! / repeats, 0),
    }));
    const votes = labels.map((name, c) => ({
      label: name,
      share:
        probabilities.filter(({ data }) => {
          const own = data.subarray(row * labels.length, (row + 1) * labels.length);
          return own[c] === Math.max(...own);
        }).length / repeats,
    }));
    return {
      ...{ file: `${labels[label]}/${row}.wav`, label: labels[label]!, isTrained: true, isScored: true },
      ...{
        seconds: 1 + row / 10,
        text: row % 2 ? `what ${labels[label]} says` : "",
        speaker: `speaker ${row % 4}`,
      },
      answers: votes.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share),
      scores: mean.sort((a, b) => b.share - a.share),
      position: [random.uniform(), random.uniform()],
      ...(sound
        ? {
            audio:
              row % 5 === 4
                ? ({ kind: "link", href: `..//${row}.wav` } as const)
                : ({ kind: "clip", base64: clip, seconds: 0.25 } as const),
            spectrogram: picture,
          }
        : {}),
    };
  });
  return {
    ...{ kind: "golem", name: labels[0]!, evaluation, labels, recordings },
    training: { recordings: truth.length, seconds: 123, perClass: {} },
    views: [
      { encoder: "ears", layer: 2, layers: 7, weight: 0.5 },
      { encoder: "ears", layer: 6, layers: 7, weight: 0.2 },
      { encoder: labels[0]!, layer: "transcript", layers: 1, weight: 0.3 },
    ],
    learningCurve: makeCurve(labels),
    findings: makeFindings(recordings),
    reproduction: {
      commands: [`npx golem train '${labels[0]}'`],
      facts: [
        ["seed", "0"],
        ["data", labels[0]!],
      ],
    },
  };
}

function makeCurve(labels: readonly string[]): LearningCurve {
  const point = (size: number) => {
    const share = 0.9 - 0.6 / size;
    return {
      recordingsPerClass: size,
      balancedAccuracy: share,
      interval: [share - 0.1, share + 0.08] as const,
    };
  };
  const last = point(6);
  return {
    ...{
      labels,
      recordings: 6 * labels.length,
      recordingsPerClass: 6,
      chance: 1 / labels.length,
      grouping: "none",
    },
    points: [1, 2, 3, 5].map((shots) => ({ shots, ...point(shots), recall: {}, repeats: 3 })),
    forecasts: [1, 1.5, 2, 3, 4].map((growth) => {
      const forecast = point(6 * growth);
      const gain = forecast.balancedAccuracy - last.balancedAccuracy;
      return {
        growth,
        recordings: growth * 6 * labels.length,
        ...forecast,
        gain,
        gainInterval: [gain - 0.02, gain + 0.03] as const,
      };
    }),
    classGains: [
      { label: labels[0]!, recordings: 6, added: 5, gain: 0.03, interval: [0.01, 0.05], outgrows: false },
    ],
    advice: { kind: "class", label: labels[0]!, gain: 0.03 },
    evaluations: 40,
  };
}

function makeFindings(recordings: readonly ReportRecording[]): ReportFinding[] {
  const [first, second] = [recordings[0]!, recordings[1]!];
  return [
    {
      ...{ kind: "clipped", severity: "note", files: [second.file], message: `${second.file} is clipped.` },
      advice: "Record it with a lower level.",
    },
    {
      ...{ kind: "likely-mislabelled", severity: "severe", files: [first.file, "elsewhere.wav"] },
      message: `${first.file} is labelled ${first.label} but sounds like ${second.label}.`,
      advice: "Listen to it, and correct the label or leave it out.",
    },
    {
      ...{
        kind: "imbalanced",
        severity: "warning",
        files: [],
        message: "One class has three times as many.",
      },
      advice: "Record more of the small classes.",
    },
  ];
}
