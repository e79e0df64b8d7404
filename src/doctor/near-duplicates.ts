/**
 * Finds copies of the same recording: exact ones, or compressed, made louder, cut or resampled ones.
 *
 * Each recording is compared with its nearest neighbours, by embedding and by the fingerprint's summary;
 * whether a pair is one sound is decided by the aligned fingerprints, and then by the levels of their bands.
 * Clips cut from different parts of one recording are not copies.
 * Not its concern: files, encoders, wording.
 */

import type { AudioFacts } from "../audio/audio.ts";
import type { Split } from "../dataset/dataset.ts";
import { createMatrix, getRow, type Matrix } from "../math/matrix.ts";
import type { Examination, ExaminedRecording } from "./examination.ts";
import { type FoundFault, listNames } from "./finding.ts";
import { isSameSound, matchFingerprints, summariseFingerprint } from "./fingerprint-match.ts";
import { haveSameLevels } from "./level-match.ts";
import { findNeighbours } from "./neighbours.ts";

/** Number of neighbours by each criterion that are compared with a recording. */
const compared = 6;

interface DuplicatePair {
  /** Rows of the examination, the smaller first. */
  readonly rows: readonly [number, number];
  /** Whether all decoded samples are the same. */
  readonly isExact: boolean;
}

/** Finds groups of recordings that are the same sound; one finding per group. */
export function checkNearDuplicates(examination: Examination): FoundFault[] {
  const { recordings } = examination;
  const pairs = findDuplicatePairs(recordings, examination.likeness);
  return joinPairs(pairs, recordings.length).map((rows) => {
    const inGroup = new Set(rows);
    const isExact = pairs.filter((pair) => inGroup.has(pair.rows[0])).every((pair) => pair.isExact);
    return describeGroup(
      rows.map((row) => recordings[row]!),
      isExact,
    );
  });
}

/** Finds all pairs; recordings too short for a fingerprint are compared by their samples alone. */
function findDuplicatePairs(
  recordings: readonly Pick<ExaminedRecording, "facts">[],
  likeness?: Matrix,
): DuplicatePair[] {
  const pairs: DuplicatePair[] = [];
  const byHash = new Map<string, number>();
  const distinct: number[] = [];
  for (const [row, { facts }] of recordings.entries()) {
    if (facts.peak === 0) continue;
    const first = byHash.get(facts.audioHash);
    if (first === undefined) {
      byHash.set(facts.audioHash, row);
      distinct.push(row);
    } else pairs.push({ rows: [first, row], isExact: true });
  }
  const fingerprints = distinct.map((row) => recordings[row]!.facts.fingerprint);
  for (const [i, j] of listCandidates(distinct, fingerprints, likeness)) {
    const match = matchFingerprints(fingerprints[i]!, fingerprints[j]!);
    if (!match || !isSameSound(match)) continue;
    const rows: [number, number] = [distinct[i]!, distinct[j]!];
    const [a, b] = rows.map((row) => recordings[row]!.facts) as [AudioFacts, AudioFacts];
    if (haveSameLevels(a, b, match.offset)) pairs.push({ rows, isExact: false });
  }
  return pairs;
}

/** Lists pairs (i < j) of indices into `rows` that are neighbours by either criterion. */
function listCandidates(
  rows: readonly number[],
  fingerprints: readonly Uint32Array[],
  likeness: Matrix | undefined,
): [number, number][] {
  const summaries = createMatrix(rows.length, 32);
  for (const [i, fingerprint] of fingerprints.entries()) {
    getRow(summaries, i).set(summariseFingerprint(fingerprint));
  }
  const kinds = [summaries];
  if (likeness) {
    const selected = createMatrix(rows.length, likeness.columns);
    for (const [i, row] of rows.entries()) getRow(selected, i).set(getRow(likeness, row));
    kinds.push(selected);
  }
  const seen = new Set<number>();
  const result: [number, number][] = [];
  for (const matrix of kinds) {
    for (const [i, near] of findNeighbours(matrix, compared).entries()) {
      for (const j of near) {
        if (j < 0) continue;
        const key = Math.min(i, j) * rows.length + Math.max(i, j);
        if (seen.has(key)) continue;
        seen.add(key);
        result.push([Math.min(i, j), Math.max(i, j)]);
      }
    }
  }
  return result;
}

/** Groups rows that are connected by pairs, rows ascending. */
function joinPairs(pairs: readonly DuplicatePair[], rows: number): number[][] {
  const parents = Array.from({ length: rows }, (_, row) => row);
  const find = (row: number): number => {
    let root = row;
    while (parents[root] !== root) root = parents[root]!;
    return root;
  };
  for (const {
    rows: [a, b],
  } of pairs) {
    const [low, high] = [find(a), find(b)].sort((x, y) => x - y) as [number, number];
    parents[high] = low;
  }
  const groups = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const root = find(row);
    const group = groups.get(root);
    if (group) group.push(row);
    else groups.set(root, [row]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function describeGroup(group: readonly ExaminedRecording[], isExact: boolean): FoundFault {
  const files = group.map(({ file }) => file);
  const labels = [...new Set(group.map(({ label }) => label))];
  const sides = [...new Set(group.map(({ split }) => getSide(split)))];
  const names = listNames(files);
  if (labels.length > 1) {
    return {
      kind: "near-duplicate",
      severity: "severe",
      files,
      reason: { code: "copies-other-label", files: names, labels: listNames(labels) },
      details: { isExact },
    };
  }
  if (sides.length > 1) {
    return {
      kind: "near-duplicate",
      severity: "severe",
      files,
      reason: { code: "copies-other-side", files: names },
      details: { isExact },
    };
  }
  const isOneVoice = group.every(({ speaker }) => speaker !== undefined && speaker === group[0]!.speaker);
  const isHarmless = isExact || isOneVoice;
  return {
    kind: "near-duplicate",
    severity: isHarmless ? "note" : "warning",
    files,
    reason: {
      code: isExact ? "copies-counted-once" : isOneVoice ? "copies-one-voice" : "copies",
      files: names,
    },
  };
}

const getSide = (split: Split): "test" | "train" => (split === "test" ? "test" : "train");
