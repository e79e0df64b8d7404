/** What leaves with `golem export`, byte by byte: nothing that names whose recordings they were, and no more than was asked for. */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encoderDefinitions } from "../../src/encoder/registry.ts";
import type { TrainingDocument } from "../../src/golem/training-document.ts";
import { getWeightsFolder } from "../../src/node/models/encoder-weights.ts";
import { webFolder } from "../support/browser/golem-page.ts";
import { runGolem } from "../support/command-line.ts";

const demo = resolve(import.meta.dirname, "../../demo/banking");
/** Of names of files, speakers, folders, test data: each can come from one place only. */
const names = [
  "wolfram-file",
  "Xanthippe Quux",
  "zanzibar-place",
  "melchior-test",
  "balthasar-golem",
  "Łódź",
];
const classes = { alpha: "freeze", beta: "balance", gamma: "abroad", delta: "address" } as const;

let folder = "";
let data = "";
let golem = "";
/** Sentences that were heard, and words of them that no export without words has in it. */
let sentences: string[] = [];
let words: string[] = [];

function read(path: string): TrainingDocument {
  return JSON.parse(readFileSync(join(path, "training.json"), "utf8"));
}

function listFiles(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
let published: Set<string> | undefined;

/** Hashes of the library for browsers and of published weights: the same files in every export, which say nothing of a golem. */
function listPublished(): Set<string> {
  if (published) return published;
  const weights = Object.values(encoderDefinitions).filter((definition) => definition.weights);
  const folders = [webFolder, ...weights.map((definition) => getWeightsFolder(definition))];
  const files = folders.filter((path) => existsSync(path)).flatMap(listFiles);
  published = new Set(files.map((file) => hash(readFileSync(file))));
  return published;
}

/** Bytes as UTF-8 and as UTF-16 of either order, from even and from odd places. */
function readTexts(bytes: Buffer): string[] {
  const swapped = Buffer.from(bytes.subarray(0, bytes.length & ~1)).swap16();
  const odd = Buffer.from(bytes.subarray(1, ((bytes.length - 1) & ~1) + 1)).swap16();
  const wide = [bytes, bytes.subarray(1), swapped, odd].map((part) => part.toString("utf16le"));
  return [bytes.toString("utf8"), ...wide];
}

/** Where each secret is, as "secret << file": in names or bytes, as UTF-8 or UTF-16 of either order, in any case. */
function findSecrets(out: string, secrets: readonly string[]): string[] {
  const found: string[] = [];
  for (const file of listFiles(out)) {
    const name = relative(out, file);
    const bytes = readFileSync(file);
    const texts = [name, ...(listPublished().has(hash(bytes)) ? [] : readTexts(bytes))].map((text) =>
      text.toLowerCase(),
    );
    for (const secret of secrets) {
      // As it is, and as JSON writes it.
      const forms = [secret, JSON.stringify(secret).slice(1, -1)].map((form) => form.toLowerCase());
      if (texts.some((text) => forms.some((form) => text.includes(form)))) found.push(`${secret} << ${name}`);
    }
  }
  return found;
}

const getSecret = (line: string): string => line.split(" << ")[0]!;

async function exportTo(name: string, ...args: string[]) {
  const place = join(folder, "out", name);
  mkdirSync(place, { recursive: true });
  const out = join(place, args.includes("onnx") ? "model.onnx" : "export");
  const { exitCode, stdout } = await runGolem(["export", golem, ...args, "--out", out, "--json"]);
  return { exitCode, place, out, document: JSON.parse(stdout) };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "golem-secrets-"));
  data = join(folder, "zanzibar-place");
  golem = join(folder, "balthasar-golem");
  const rows: Record<string, string[]> = { train: [], test: [] };
  for (const [label, intent] of Object.entries(classes)) {
    for (const side of ["train", "test"] as const) {
      const into = join(data, side === "test" ? "melchior-test" : "Łódź");
      mkdirSync(into, { recursive: true });
      for (const [i, file] of readdirSync(join(demo, side, intent)).entries()) {
        const name = `wolfram-file-${label}-${i}.ogg`;
        cpSync(join(demo, side, intent, file), join(into, name));
        rows[side]!.push(`${name},${label},Xanthippe Quux ${i}`);
      }
      const list = ["file_name,label,speaker", ...rows[side]!].join("\n");
      writeFileSync(join(into, "metadata.csv"), list);
    }
  }
  writeFileSync(join(data, "Łódź", "wolfram-file-broken.wav"), "no sound");
  writeFileSync(
    join(data, "Łódź", "metadata.csv"),
    [...["file_name,label,speaker", ...rows.train!], "wolfram-file-broken.wav,alpha,Xanthippe Quux"].join(
      "\n",
    ),
  );
  const args = ["--test", join(data, "melchior-test"), "--out", golem];
  const trained = await runGolem(["train", join(data, "Łódź"), ...args]);
  expect(trained.exitCode).toBe(0);
  const { recordings, test = [] } = read(golem);
  const texts = [...recordings, ...test].flatMap(({ text }) => text ?? []);
  sentences = [...new Set(texts)].filter((text) => text.split(" ").length > 2);
  expect(sentences.length).toBeGreaterThan(5);
  const plain = await exportTo("plain", "--format", "huggingface", "--acoustic-only");
  const heard = new Set(texts.flatMap((text) => text.toLowerCase().match(/[a-z]{6,}/g) ?? []));
  // Words of this program, which stand in its card and page: they tell nothing.
  const own = [
    plain.place,
    ...["golem", "export", "web"].map((part) => resolve(import.meta.dirname, "../../src", part)),
  ];
  const common = new Set(own.flatMap((place) => findSecrets(place, [...heard]).map(getSecret)));
  words = [...heard].filter((word) => !common.has(word));
  expect(words.length).toBeGreaterThan(5);
  // The golem itself holds them all: what is looked for can be found.
  const inGolem = findSecrets(golem, [...names, ...sentences, ...words]).map(getSecret);
  const expected = [...names, ...sentences, ...words].filter((secret) => secret !== "balthasar-golem");
  expect(new Set(inGolem)).toEqual(new Set(expected));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("an export holds nothing private", () => {
  it.each(["onnx --acoustic-only", "safetensors --acoustic-only", "huggingface", "web"])(
    "%s",
    async (asked) => {
      const [format, ...rest] = asked.split(" ");
      const { exitCode, place, document } = await exportTo(asked, "--format", format!, ...rest);
      expect(exitCode).toBe(0);
      expect(listFiles(place).length).toBe(document.files.length);
      expect(findSecrets(place, [...names, ...sentences])).toEqual([]);
      expect(findSecrets(place, words)).toEqual([]);
      expect(document.leftOut.join()).toMatch(/names of recordings.*names of speakers.*transcripts/);
    },
  );
});

describe("an export holds what was asked for, and no more", () => {
  it("--include-transcripts: what was understood, and words, without names", async () => {
    const args = ["--format", "huggingface", "--include-transcripts"];
    const { place, out, document } = await exportTo("transcripts", ...args);
    expect(findSecrets(place, names)).toEqual([]);
    expect(read(out).recordings.map(({ text }) => text)).toEqual(
      read(golem).recordings.map(({ text }) => text),
    );
    expect(document.holds.join()).toContain("transcripts of 56 recordings, as requested");
    const tensors = await exportTo("tensors", ...["--format", "safetensors", "--acoustic-only"], args[2]!);
    expect(findSecrets(tensors.place, names)).toEqual([]);
    expect(read(tensors.out).recordings[0]!.text).toBe(read(golem).recordings[0]!.text);
  });

  it("--include-audio: the recordings as they are, under neutral names, from which the same golem is trained", async () => {
    const { place, out, document } = await exportTo("audio", "--format", "huggingface", "--include-audio");
    expect(findSecrets(place, [...names, ...sentences, ...words])).toEqual([]);
    const { recordings } = read(golem);
    expect(document.holds.join()).toContain(`the ${recordings.length} training recordings themselves`);
    expect(readFileSync(join(out, "README.md"), "utf8")).not.toContain("no audio");
    const list = readFileSync(join(out, "metadata.csv"), "utf8").trim().split("\n").slice(1);
    expect(list.length).toBe(recordings.length);
    for (const [i, row] of list.entries()) {
      const [name, label] = row.split(",");
      expect(name).toMatch(new RegExp(`^train/${recordings[i]!.label}/\\d{4}\\.ogg$`));
      expect(label).toBe(recordings[i]!.label);
      const original = join(data, "Łódź", recordings[i]!.file);
      expect(readFileSync(join(out, name!)).equals(readFileSync(original))).toBe(true);
    }
    const again = join(folder, "again");
    const { stdout } = await runGolem(["train", out, "--out", again, "--encoder", "mfcc", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      recordings: recordings.length,
      labels: Object.keys(classes).sort(),
    });
    const fingerprint = (from: string) =>
      JSON.parse(readFileSync(join(from, "golem.json"), "utf8")).data.fingerprint;
    expect(fingerprint(again)).toBe(fingerprint(golem));

    const both = await exportTo(
      "both",
      ...["--format", "huggingface", "--include-audio", "--include-transcripts"],
    );
    const first = readFileSync(join(both.out, "metadata.csv"), "utf8").split("\n").slice(0, 2);
    expect(first[0]).toBe("file_name,label,transcription");
    expect(findSecrets(both.place, names)).toEqual([]);
  });

  it("refuses recordings that are missing or not what they were, and formats that have no place", async () => {
    const code = async (...args: string[]) => {
      const { exitCode, document } = await exportTo("refused", ...args);
      expect(exitCode).toBe(1);
      return document.error as { code: string; message: string };
    };
    const audio = ["--format", "huggingface", "--include-audio"];
    const moved = join(folder, "moved");
    cpSync(join(data, "Łódź"), moved, { recursive: true });
    const file = join(moved, read(golem).recordings[2]!.file);
    writeFileSync(file, readFileSync(join(data, "Łódź", read(golem).recordings[3]!.file)));
    const changed = await code(...audio, "--data", moved);
    expect(changed).toMatchObject({ code: "invalid-data", message: expect.stringContaining(basename(file)) });
    rmSync(file);
    expect(await code(...audio, "--data", moved)).toMatchObject({
      code: "data-not-found",
      message: expect.stringContaining(basename(file)),
    });
    for (const [format, flag] of [
      ["onnx", "--include-audio"],
      ["onnx", "--include-transcripts"],
      ["web", "--include-audio"],
      ["web", "--include-transcripts"],
      ["safetensors", "--include-audio"],
    ] as const) {
      expect(await code("--format", format, flag)).toMatchObject({ code: "invalid-option" });
    }
  });
});
