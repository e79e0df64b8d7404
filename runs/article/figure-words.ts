/**
 * The words in the figures, in the languages of the lessons.
 *
 * Not its concern: how figures are drawn.
 */

/** Words of one language. */
export interface FigureWords {
  readonly training: string;
  readonly heldOut: string;
  readonly guessing: string;
  readonly linear: string;
  readonly sizes: string;
  readonly epochs: string;
  readonly loss: string;
  readonly layers: string;
  readonly fromScratch: string;
  readonly heads: Readonly<Record<string, string>>;
  readonly synthetic: string;
  counts(trained: number, tested: number, classes: number): string;
  /** A number as the language writes it. */
  number(value: number, digits: number): string;
}

/** By the ending of the figure's name: `layers.svg`, `layers.ru.svg`. */
export const figureWords: Readonly<Record<string, FigureWords>> = {
  ".svg": {
    training: "accuracy on the training recordings",
    heldOut: "accuracy on held-out recordings, 95 % interval",
    guessing: "guessing",
    linear: "linear",
    sizes: "Accuracy by hidden units",
    epochs: "Accuracy by epochs of training",
    loss: "Held-out log-loss by epochs",
    layers: "Accuracy by layer",
    fromScratch: "log-mel, from scratch",
    heads: { linear: "linear", mlp: "64 hidden units" },
    synthetic: "synthetic speech",
    counts: (trained, tested, classes) =>
      `${trained} recordings to learn from, ${tested} held out, ${classes} classes`,
    number: (value, digits) => value.toFixed(digits),
  },
  ".ru.svg": {
    training: "точность на обучающих записях",
    heldOut: "точность на отложенных записях, интервал 95 %",
    guessing: "наугад",
    linear: "линейный",
    sizes: "Точность и размер скрытого слоя",
    epochs: "Точность и число эпох",
    loss: "Log-loss на отложенных и число эпох",
    layers: "Точность по слоям",
    fromScratch: "log-mel, с нуля",
    heads: { linear: "линейный слой", mlp: "64 скрытых нейрона" },
    synthetic: "синтетическая речь",
    counts: (trained, tested, classes) =>
      `обучение: ${trained} записей, проверка: ${tested}, классов: ${classes}`,
    number: (value, digits) => value.toFixed(digits).replace(".", ","),
  },
};
