import { describe, expect, it } from "vitest";
import { drumLabels, drumRecordings, drumsIntegrity, drumsSource, getDrumLabel } from "./drums-dataset.ts";

const labels = drumLabels.map(({ label }) => label);

function select(label: string, split: string) {
  return drumRecordings.filter((recording) => recording.label === label && recording.split === split);
}

describe("drum labels", () => {
  it("selects single strokes by name", () => {
    expect(
      [
        "bd_808",
        "elec_soft_kick",
        "elec_snare",
        "tbd_perc_hat",
        "ride_via",
        "drum_tom_lo_soft",
        "tabla_te_ne",
      ].map(getDrumLabel),
    ).toEqual(["kick", "kick", "snare", "hi-hat", "cymbal", "tom", "tabla"]);
  });

  it("leaves out loops, rolls and ambiguous names", () => {
    for (const name of [
      "loop_tabla",
      "drum_roll",
      "drum_cymbal_closed",
      "drum_cowbell",
      "elec_bell",
      "bass_hit_c",
    ]) {
      expect(getDrumLabel(name)).toBeUndefined();
    }
  });

  it("gives every name in the list one class", () => {
    for (const { name } of drumRecordings) {
      const stem = name.replace(".flac", "");
      expect(drumLabels.filter(({ names }) => names.test(stem))).toHaveLength(1);
    }
  });
});

describe("drum recordings", () => {
  it("has complete rows", () => {
    for (const recording of drumRecordings) {
      expect(recording.sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(recording.bytes).toBeGreaterThan(1000);
      expect(recording.speaker).toMatch(/^[\w-]+(\/\w+)?$/);
      expect(labels).toContain(recording.label);
    }
  });

  it("lists no sample twice, by name or by contents", () => {
    expect(new Set(drumRecordings.map(({ name }) => name)).size).toBe(drumRecordings.length);
    expect(new Set(drumRecordings.map(({ sha256 }) => sha256)).size).toBe(drumRecordings.length);
  });

  it.each(labels)(
    "contains at least four recordings of %s for training, from two speakers, and three for testing",
    (label) => {
      expect(select(label, "train").length).toBeGreaterThanOrEqual(4);
      expect(new Set(select(label, "train").map(({ speaker }) => speaker)).size).toBeGreaterThanOrEqual(2);
      expect(select(label, "test").length).toBeGreaterThanOrEqual(3);
    },
  );

  it("has no speaker in both parts, and no maker unless one maker made the whole class", () => {
    const collect = (split: string, key: (speaker: string) => string) =>
      new Set(drumRecordings.filter((r) => r.split === split).map((r) => key(r.speaker)));
    const shared = (key: (speaker: string) => string) => {
      const train = collect("train", key);
      return [...collect("test", key)].filter((value) => train.has(value)).sort();
    };
    expect(shared((speaker) => speaker)).toEqual([]);
    expect(shared((speaker) => speaker.split("/")[0]!)).toEqual(["dio_333", "menegass"]);
  });

  it("has a published version with a well-formed integrity", () => {
    expect(drumsSource.npmPackage).toMatch(/@\d+\.\d+\.\d+$/);
    expect(Buffer.from(drumsIntegrity.integrity.replace("sha512-", ""), "base64")).toHaveLength(64);
    expect(drumsIntegrity.sha256).toMatch(/^[0-9a-f]{64}$/);
  });
});
