/**
 * Parses the usual names of the splits of a data set, in several languages.
 *
 * Not its concern: rows, which folders a data set has.
 */
import type { Split } from "./dataset.ts";

const splits: ReadonlyMap<string, Split> = new Map([
  ["train", "train"],
  ["training", "train"],
  ["test", "test"],
  ["testing", "test"],
  ["tests", "test"],
  ["eval", "test"],
  ["evaluation", "test"],
  ["holdout", "test"],
  ["heldout", "test"],
  ["unseen", "test"],
  ["dev", "validation"],
  ["devel", "validation"],
  ["development", "validation"],
  ["val", "validation"],
  ["valid", "validation"],
  ["validation", "validation"],
  ["validate", "validation"],
  ...translate(
    "train",
    "entrenamiento entraînement entrainement apprentissage treino treinamento addestramento trainieren обучение обучающая тренировка eğitim 训练 訓練 学習 훈련 학습",
  ),
  ...translate(
    "test",
    "prueba pruebas prüfung pruefung teste testes prova essai тест тестовая проверка 测试 測試 テスト 테스트",
  ),
  ...translate(
    "validation",
    "validación validacion validierung validação validacao validazione валидация doğrulama 验证 驗證 検証 검증",
  ),
  ["none", "none"],
  ["", "none"],
]);

/** The words for a split in other languages. */
function translate(split: Split, words: string): [string, Split][] {
  return words.split(" ").map((word) => [word.normalize("NFC"), split]);
}

/** Words that may accompany a split in the name of a folder: "test_set", "audio train". */
const fillers = new Set("set sets data dataset split audio wav wavs flac mp3 clips files samples".split(" "));

/**
 * Parses a split's name in any case, with or without hyphens, underscores and spaces ("held-out"); an empty
 * name is "none"; undefined for an unknown name.
 */
export function parseSplit(word: string): Split | undefined {
  return splits.get(
    word
      .trim()
      .normalize("NFC")
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, ""),
  );
}

/**
 * Parses the name of a folder as a split, with numbers and words such as "set" around it ("01_train",
 * "Test-Set", "testdata"); "none" for a numbered fold ("fold3"); undefined for any other name.
 */
export function parseFolderSplit(name: string): Split | undefined {
  const plain = name
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/(held|hold)[\s_-]*out/g, "holdout");
  const words = plain
    .split(/[^\p{L}]+/u)
    .filter((word) => word !== "" && !fillers.has(word))
    .map((word) => (splits.has(word) ? word : word.replace(/(set|data|split|集)$/, "")));
  if (words.length !== 1 || words[0] === "" || words[0] === "none") return undefined;
  if (words[0] === "fold" && /\d/.test(name)) return "none";
  return splits.get(words[0]!);
}

/**
 * Parses the names of sibling folders as splits. If no whole name is a split, the first or last word of a
 * name of several words is used, if the other words are those of a sibling ("birds_train", "birds_test").
 */
export function parseFolderSplits(names: readonly string[]): Map<string, Split | undefined> {
  const found = new Map(names.map((name) => [name, parseFolderSplit(name)]));
  if ([...found.values()].some((split) => split !== undefined)) return found;
  const candidates = names.flatMap((name) => {
    const words = name
      .normalize("NFC")
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean);
    return [words.length - 1, 0].flatMap((at) => {
      const split = words.length > 1 ? splits.get(words[at]!) : undefined;
      return split ? [{ name, split, rest: `${at === 0} ${words.toSpliced(at, 1).join(" ")}` }] : [];
    });
  });
  for (const { name, split, rest } of candidates) {
    if (candidates.some((other) => other.rest === rest && other.split !== split)) found.set(name, split);
  }
  return found;
}
