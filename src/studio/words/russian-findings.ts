/**
 * What the doctor found, in Russian: its messages by their data.
 *
 * Not its concern: how anything is found, where it is shown.
 */
import type { FindingReason, NuisanceId } from "../../doctor/finding.ts";

const rules = new Intl.PluralRules("ru");

/** "1 запись", "2 записи", "5 записей". */
export function plural(n: number, one: string, few: string, many: string): string {
  const forms: Partial<Record<Intl.LDMLPluralRule, string>> = { one, few, many };
  return `${n} ${forms[rules.select(n)] ?? few}`;
}

const recordings = (n: number) => plural(n, "запись", "записи", "записей");
const percent = (share: number) => `${Math.round(100 * share)} %`;
// Golems are brought in from anywhere: a value that is missing must not end the page.
const decimal = (value: number) => Number(value).toFixed(1).replace(".", ",");

const nuisances: Readonly<Record<NuisanceId, string>> = {
  speaker: "Голос",
  format: "Формат файла",
  rate: "Частота дискретизации",
  channels: "Число каналов",
  loudness: "Громкость",
  duration: "Длительность",
  noise: "Фоновый шум (устройство или комната)",
  offset: "Смещение от нуля (устройство)",
};

/** The message of a finding; undefined for one that is not known. */
export function describeFinding(reason: FindingReason): string | undefined {
  const r = reason;
  switch (r.code) {
    case "doubted":
      return `Сомнительных меток: ${r.count} (${percent(r.share)} записей). Первая — ${r.file}: метка «${r.label}», а звучит как «${r.suggested}», уверенность ${percent(r.confidence)}. Неверные метки выучиваются наравне с верными, а верные ответы считаются ошибками.`;
    case "copies-other-label":
      return `${r.files}: копии одной записи под разными метками (${r.labels}). Хотя бы одна метка неверна, и ни одну нельзя выучить. Решите, какая верна, и удалите другую копию.`;
    case "copies-other-side":
      return `${r.files}: копии одной записи и в обучении, и в проверке. На экзамене спрашивают заученное, поэтому оценка завышена.`;
    case "copies-counted-once":
      return `${r.files}: один и тот же звук. При обучении он считается один раз.`;
    case "copies-one-voice":
      return `${r.files}: копии одной записи одного голоса. Они всегда по одну сторону экзамена и учат немногим больше, чем одна.`;
    case "copies":
      return `${r.files}: копии одной записи. На экзамене одна помогает узнать другую, поэтому оценка завышена.`;
    case "silent":
      return `Ничего не слышно: ${recordings(r.count)}. В обучении они не участвуют, так что записей в их классах меньше, чем кажется.`;
    case "quiet":
      return `Почти тишина (пик ниже ${Math.round(r.peakDb)} дБ): ${recordings(r.count)}. Шум и округление могут заглушить то, что нужно выучить.`;
    case "clipped":
      return `Срезано по верхней границе: ${recordings(r.count)}. Искажение слышно как отдельный звук, и его можно выучить вместо класса, если в одном классе его больше. Сделать такой файл тише не поможет.`;
    case "dc-offset":
      return `Смещено от нуля: ${recordings(r.count)}. Смещение выдаёт устройство, которым записано.`;
    case "too-short":
      return `Почти нет звука (короче ${decimal(r.limitSeconds)} с или намного короче медианы ${decimal(r.medianSeconds)} с): ${recordings(r.count)}. Этого мало, чтобы различать классы.`;
    case "too-long":
      return `Намного длиннее остальных (медиана ${decimal(r.medianSeconds)} с) или тех ${decimal(r.limitSeconds)} с, что слышны за раз: ${recordings(r.count)}. Важное растворяется в остальном. Оставьте только ту часть, к которой относится метка.`;
    case "rates-heard":
      return `Частоты дискретизации разные: ${toRussianRates(r.rates)}. В записях ниже 16000 Гц нет высоких частот; если таких больше в одном классе, выучится это.`;
    case "rates-not-heard":
      return `Частоты дискретизации разные: ${toRussianRates(r.rates)}. Все приводятся к 16000 Гц, потери малы, но частота может выдавать устройство.`;
    case "nuisance-tells":
      return `${getNuisance(r.nuisance)}: уже по этому одному угадывается ${percent(r.share)} меток (наугад ${percent(r.chance)}). Возможно, выучится только это, и оценка — об этом, а не о звуке.`;
    case "nuisance-may-tell":
      return `${getNuisance(r.nuisance)}: уже по этому одному угадывается ${percent(r.share)} меток (наугад ${percent(r.chance)}). Если это не часть того, что нужно различать, возможно, выучится только это.`;
    case "speaker-tells":
      return `Голос: уже по нему одному угадывается ${percent(r.share)} меток (наугад ${percent(r.chance)}). У каждого говорящего одна метка, поэтому на экзамене голоса нужно разводить.`;
    case "class-given-away":
      return `${getNuisance(r.nuisance)}: это выдаёт «${r.label}». Значение «${r.value}» у ${r.count} из ${r.size} его записей и только у ${r.others} из остальных; возможно, выучится именно это.`;
    case "one-speaker":
      return `Все записи сделаны одним голосом (${r.speaker}). И выученное, и оценка — об этом голосе; у других выйдет хуже.`;
    case "speakers-mixed":
      return "На экзамене голоса не развести: одни и те же — по обе стороны, поэтому для новых голосов оценка завышена. Пусть каждый класс запишут несколько человек.";
    case "shared-speakers":
      return `${plural(r.count, "голос", "голоса", "голосов")} (${r.speakers}) и в обучении, и в проверке. Это оценка на знакомых голосах, для новых она завышена.`;
    case "one-class":
      return r.classes === 0
        ? "Учить нечего: ни одного класса не осталось."
        : "Остался один класс: различать нечего.";
    case "single-recordings":
      return `${r.labels}: всего одна запись. На ней нельзя и учиться, и сдавать экзамен, поэтому оценки нет.`;
    case "few-recordings":
      return `${r.labels}: меньше ${r.few} записей. Оценка такого класса мало о чём говорит.`;
    case "uneven":
    case "very-uneven":
      return `«${r.largest}»: ${recordings(r.most)}, «${r.smallest}»: ${r.least}. Редкое ${r.code === "uneven" ? "учится хуже" : "почти не учится"}, а обычная точность выглядит лучше, чем есть.`;
    case "unseen-labels":
      return `${r.labels}: есть в проверке, но учиться не на чем. В оценку эти записи не входят.`;
    case "unreadable":
      return `Не читается и не участвует: ${recordings(r.count)}. Запишите или преобразуйте их заново либо удалите.`;
    case "damaged":
      return `Прочитано частично или с исправлениями: ${recordings(r.count)}. Недостающее выучить нельзя.`;
    default:
      r satisfies never;
      return undefined;
  }
}

const getNuisance = (id: NuisanceId) => nuisances[id] ?? id;
const toRussianRates = (rates: string) => String(rates).replaceAll(" x ", " × ").replaceAll(" Hz", " Гц");
