/**
 * The texts of the page of `golem review`, in English and Russian.
 *
 * Not its concern: which language is shown, the studio's own texts.
 */
import type { ClipKind } from "../../detect/clip-cutter.ts";

/** All texts of the page. */
interface ReviewWords {
  readonly title: string;
  readonly loading: string;
  readonly done: (labelled: number, all: number) => string;
  readonly place: (number: number, all: number) => string;
  readonly heard: (label: string, percent: number) => string;
  /** How it was kept: as an event, which needs no word, or why it was none. */
  readonly kinds: Readonly<Record<ClipKind, string>>;
  readonly picture: string;
  readonly play: string;
  readonly right: string;
  readonly wrong: string;
  readonly background: string;
  readonly undo: string;
  readonly back: string;
  readonly next: string;
  readonly other: string;
  readonly given: (label: string) => string;
  readonly asksStretch: string;
  readonly asksWhole: string;
  readonly otherHint: string;
  readonly finished: string;
  readonly after: string;
  readonly failed: (reason: string) => string;
}

/** The texts by language. */
export const reviewWords: Readonly<Record<"en" | "ru", ReviewWords>> = {
  en: {
    title: "Review",
    loading: "Loading…",
    done: (labelled, all) => `${labelled} of ${all} labelled`,
    place: (number, all) => `Recording ${number} of ${all}`,
    heard: (label, percent) => `Detected: ${label}, ${percent} %`,
    kinds: {
      event: "",
      unsure: "just below the threshold",
      unknown: "unlike anything the golem was trained on",
    },
    picture: "Spectrogram",
    play: "Play",
    right: "Right",
    wrong: "Wrong, no class",
    background: "Background",
    undo: "Remove label",
    back: "Previous",
    next: "Next",
    other: "Another label",
    given: (label) => `Label: ${label}`,
    asksStretch: "Which sound is in the marked stretch?",
    asksWhole: "Which sound is in the recording?",
    otherHint: "Type it, then Enter",
    finished: "All recordings have a label.",
    after: "Labels are saved. Train with them, and compare, whenever you like:",
    failed: (reason) => `Not saved: ${reason}`,
  },
  ru: {
    title: "Проверка",
    loading: "Загрузка…",
    done: (labelled, all) => `Размечено ${labelled} из ${all}`,
    place: (number, all) => `Запись ${number} из ${all}`,
    heard: (label, percent) => `Распознано: ${label}, ${percent} %`,
    kinds: { event: "", unsure: "чуть ниже порога", unknown: "ни на что из обучения не похоже" },
    picture: "Спектрограмма",
    play: "Слушать",
    right: "Верно",
    wrong: "Неверно, ни один класс",
    background: "Фон",
    undo: "Снять метку",
    back: "Назад",
    next: "Дальше",
    other: "Другая метка",
    given: (label) => `Метка: ${label}`,
    asksStretch: "Какой звук в выделенном отрезке?",
    asksWhole: "Какой звук в записи?",
    otherHint: "Введите и нажмите Enter",
    finished: "Все записи размечены.",
    after: "Метки сохранены. Обучить с ними и сравнить можно когда угодно:",
    failed: (reason) => `Не сохранено: ${reason}`,
  },
};
