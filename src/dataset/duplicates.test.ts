import { describe, expect, it } from "vitest";
import { createConflictError, findDuplicates } from "./duplicates.ts";

const item = (file: string, label: string, fileHash: string, audioHash?: string) => ({
  file,
  label,
  fileHash,
  audioHash,
});

describe("duplicates", () => {
  it("have the same audio, regardless of their bytes; the first is kept", () => {
    const found = findDuplicates([
      item("a.wav", "x", "1", "A"),
      item("b.wav", "x", "2", "B"),
      item("a.flac", "x", "3", "A"),
      item("copy of a.wav", "x", "1", "A"),
    ]);
    expect(found).toEqual({
      duplicates: [
        { file: "a.flac", label: "x", keptFile: "a.wav" },
        { file: "copy of a.wav", label: "x", keptFile: "a.wav" },
      ],
      conflicts: [],
    });
  });

  it("with two labels are conflicts, listed with all their files", () => {
    const found = findDuplicates([
      item("a", "x", "1", "A"),
      item("b", "x", "2", "A"),
      item("c", "y", "3", "A"),
      item("d", "y", "4", "D"),
    ]);
    expect(found.duplicates).toEqual([]);
    expect(found.conflicts).toEqual([
      {
        files: [
          { file: "a", label: "x" },
          { file: "b", label: "x" },
          { file: "c", label: "y" },
        ],
      },
    ]);
  });

  it("have the same bytes if not decodable; hashes of bytes and of audio are not compared", () => {
    const found = findDuplicates([
      item("a", "x", "1"),
      item("b", "y", "1"),
      item("c", "z", "9", "1"),
      item("d", "z", "2"),
    ]);
    expect(found.conflicts).toHaveLength(1);
    expect(found.duplicates).toEqual([]);
  });

  it("are listed in an error of limited length", () => {
    const conflicts = Array.from({ length: 9 }, (_, i) => ({
      files: Array.from({ length: 6 }, (_, j) => ({ file: `${i}/${j}.wav`, label: `l${j % 2}` })),
    }));
    const error = createConflictError(conflicts);
    expect(error.code).toBe("conflicting-labels");
    expect(error.message).toMatch(/0\/0\.wav \("l0"\) = 0\/1\.wav \("l1"\) .* = 2 more; 1\/0/);
    expect(error.message).toMatch(/; and 4 more\. Expected one label/);
    expect(error.message).not.toContain("5/0.wav");
  });
});
