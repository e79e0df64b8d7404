/** The catalogues: that they have the same texts, that none is empty, and the plural forms. */
import { describe, expect, it, vi } from "vitest";
import { createExamination, createExamined } from "../../../test/support/examined.ts";
import { GolemError } from "../../core/error.ts";
import { diagnose } from "../../doctor/diagnose.ts";
import type { ExaminedRecording } from "../../doctor/examination.ts";
import type { Finding } from "../../doctor/finding.ts";
import { describeReason } from "../../doctor/finding-words.ts";
import type { StoredFinding } from "../../golem/training-account.ts";
import { english } from "./english.ts";
import { russian } from "./russian.ts";
import { plural, russianFindings } from "./russian-findings.ts";

vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("navigator", { languages: ["xx", "ru-RU", "en"] });
vi.stubGlobal("addEventListener", () => {});
const { language, words, chooseLanguage, languages, getLanguageName } = await import("./language.ts");
const { adviseError, describeError, nameError } = await import("./failures.ts");
const { describeFinding } = await import("../parts/findings.tsx");

const catalogues = { english, russian };

/** All texts by their path; functions are called with numbers, which any of them can take. */
function listTexts(value: unknown, path = ""): [path: string, text: string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") return [[path, value(...Array(value.length).fill(2))]];
  return Object.entries(value as object).flatMap(([key, inner]) =>
    key === "findings" && path.endsWith("result") ? [] : listTexts(inner, `${path}.${key}`),
  );
}

describe("the catalogues", () => {
  it("have the same texts, none of them empty", () => {
    const paths = listTexts(english).map(([path]) => path);
    expect(paths.length).toBeGreaterThan(200);
    for (const [name, catalogue] of Object.entries(catalogues)) {
      expect(
        listTexts(catalogue).map(([path]) => path),
        name,
      ).toEqual(paths);
      for (const [path, text] of listTexts(catalogue)) {
        expect(text.trim(), `${name}${path}`).not.toBe("");
        expect(text, `${name}${path}`).not.toMatch(/undefined|NaN|\[object/);
      }
    }
  });

  it("are in their own scripts", () => {
    for (const [path, text] of listTexts(english)) expect(text, path).not.toMatch(/[а-яё]/i);
    const kept = /^\.(record\.exampleNames|speak\.example|language)/;
    for (const [path, text] of listTexts(russian)) {
      if (!kept.test(path) && /[a-z]{3}/i.test(text)) expect(text, path).toMatch(/[а-яё]|^\d/i);
    }
  });

  it("have plural forms", () => {
    expect([1, 2, 0].map(english.recordings)).toEqual(["1 recording", "2 recordings", "0 recordings"]);
    expect([1, 3].map(english.classes)).toEqual(["1 class", "3 classes"]);
    expect([1, 2, 5, 11, 21, 22, 111, 0].map(russian.recordings)).toEqual([
      ...["1 запись", "2 записи", "5 записей", "11 записей", "21 запись", "22 записи"],
      ...["111 записей", "0 записей"],
    ]);
    expect(plural(1.5, "час", "часа", "часов")).toBe("1.5 часа");
    expect([english.record.deleted(1), english.record.deleted(2)]).toEqual([
      "Recording deleted.",
      "2 recordings deleted.",
    ]);
  });

  it("write numbers as the language does", () => {
    expect(english.seconds(3.14)).toBe("3.1 s");
    expect(russian.seconds(3.14)).toBe("3,1 с");
    expect(english.seconds(75)).toBe("1 min 15 s");
    expect(english.span(2, 61.25)).toBe("0:02.0 to 1:01.3");
    expect(russian.span(2, 61.25)).toBe("0:02,0 – 1:01,3");
    expect(english.percent(0.876)).toBe("88\u00a0%");
  });
});

describe("the language", () => {
  it("is the browser's first that there is, and can be chosen", () => {
    expect(language.value).toBe("ru");
    expect(words.value).toBe(russian);
    expect(document.documentElement.lang).toBe("ru");
    chooseLanguage("en");
    expect(words.value).toBe(english);
    expect(document.documentElement.lang).toBe("en");
    expect(languages.map(getLanguageName)).toEqual(expect.arrayContaining(["English", "Русский"]));
  });
});

describe("errors", () => {
  it("are worded by their code, in either language", () => {
    const error = new GolemError("empty-file", "a.wav is empty.", { hint: "Copy it." });
    chooseLanguage("en");
    expect(describeError(error)).toBe("The file is empty. Copy it again from where it came from.");
    expect(nameError(error)).toBe("The file is empty");
    chooseLanguage("ru");
    expect(describeError(error)).toBe("Файл пуст. Скопируйте его заново.");
    expect(adviseError({ code: "empty-file", hint: "Copy it." })).toBe("Скопируйте его заново.");
  });

  it("name the place where the words do not", () => {
    chooseLanguage("en");
    const error = new GolemError("conflicting-labels", "a.wav is in yes and no.");
    expect(describeError(error)).toBe(
      "A recording is in two classes (a.wav is in yes and no). Delete it from one of them.",
    );
  });

  it("without words of their own keep the library's, whatever their code", () => {
    for (const code of ["port-in-use", "constructor"]) {
      const error = new GolemError(code as GolemError["code"], "It is in use.", { hint: "Use another." });
      expect(describeError(error)).toBe("It is in use. Use another.");
      expect(nameError(error)).toBe("It is in use.");
      expect(adviseError({ code, hint: "Use another." })).toBe("Use another.");
    }
    expect(describeError(new Error("why"))).toBe("why");
    expect(describeError("why")).toBe("why");
  });
});

const make = (
  count: number,
  label: string,
  facts: ExaminedRecording["facts"] | object = {},
  rest: object = {},
) => Array.from({ length: count }, (_, i) => createExamined(`${label} ${i}`, label, { ...rest, facts }));

/** What the doctor finds in data sets with various faults. */
function createFindings(): Finding[] {
  const skipped = ["silent", "not-audio"].map((code) => ({ file: code, code, message: "It is.", hint: "" }));
  return [
    [
      ...make(4, "quiet", { peak: 0.001 }),
      ...make(20, "loud", { clippedFraction: 0.2 }),
      ...make(1, "alone"),
    ],
    [...make(6, "low", { sampleRate: 8000 }), ...make(6, "high", { offset: 0.2 })],
    [
      ...make(9, "long", { seconds: 40, kept: [0, 40] }),
      ...make(9, "short", { seconds: 0.05, kept: [0, 0.05] }),
    ],
    [...make(5, "a", {}, { speaker: "Ann" }), ...make(5, "b", {}, { speaker: "Ann" })],
    [...make(5, "a", {}, { speaker: "Ann" }), ...make(5, "b", {}, { speaker: "Bo" })],
    [
      ...make(5, "a", {}, { speaker: "Ann" }),
      ...make(5, "b", {}, { speaker: "Bo" }),
      ...make(5, "c", {}, { speaker: "Ann", split: "test" }),
    ],
    [...make(5, "a", { audioHash: "same" }), ...make(5, "b")],
    make(3, "only"),
  ].flatMap((recordings) => diagnose(createExamination(recordings, { skipped })));
}

describe("findings in Russian", () => {
  it("have the same numbers as the English ones", () => {
    const findings = createFindings();
    expect(new Set(findings.map(({ reason }) => reason.code)).size).toBeGreaterThan(13);
    for (const { kind, reason, message } of findings) {
      const text = describeReason(russianFindings, reason)!;
      expect(russianFindings.titles[kind], kind).toMatch(/[а-яё]{4}/);
      for (const part of [text.message, text.advice]) {
        expect(part, message).toMatch(/[а-яё]{4}/);
        expect(part, message).not.toMatch(/undefined|NaN|\[object/);
      }
      if ("count" in reason) expect(text.message).toContain(String(reason.count));
    }
  });

  it("do not fail on facts that are missing, and translate how many more there are", () => {
    for (const [code, describeFacts] of Object.entries(russianFindings.texts)) {
      expect(() => (describeFacts as (facts: object) => unknown)({}), code).not.toThrow();
    }
    const reason = { code: "copies", files: "1, 2, 3, 4 and 7 more" } as const;
    expect(describeReason(russianFindings, reason)!.message).toMatch(/^1, 2, 3, 4 и ещё 7: копии/);
  });

  it("are the golem's English words where the reason is not known", () => {
    const stored: StoredFinding = {
      ...{ kind: "copies-new", severity: "note" as const, files: [], message: "Some.", advice: "Do." },
      reason: { code: "something new" },
    };
    chooseLanguage("ru");
    const left = { title: "copies-new", message: "Some.", advice: "Do.", isLeftEnglish: true };
    expect(describeFinding(stored)).toEqual(left);
    expect(describeFinding({ ...stored, reason: undefined })).toEqual(left);
    const known = { ...stored, kind: "silent", reason: { code: "silent", count: 2 } };
    expect(describeFinding(known)).toMatchObject({ title: "Записи без звука", isLeftEnglish: false });
    chooseLanguage("en");
    expect(describeFinding(known)).toEqual({
      ...{ title: "Silent recordings", message: "Some.", advice: "Do.", isLeftEnglish: false },
    });
  });
});
