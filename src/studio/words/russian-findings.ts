/**
 * The doctor's findings in Russian.
 *
 * Golems are opened from anywhere, of other versions too: facts that are missing must not end the page.
 * Not its concern: how anything is found, where it is shown.
 */
import { formatPercent } from "../../core/format.ts";
import type { FindingFacts, NuisanceId } from "../../doctor/finding.ts";
import type { FindingCatalogue, FindingText } from "../../doctor/finding-words.ts";

const rules = new Intl.PluralRules("ru");

/** "1 запись", "2 записи", "5 записей". */
export function plural(n: number, one: string, few: string, many: string): string {
  const forms: Partial<Record<Intl.LDMLPluralRule, string>> = { one, few, many };
  return `${n} ${forms[rules.select(n)] ?? few}`;
}

const recordings = (n: number) => plural(n, "запись", "записи", "записей");
const percent = (share: number) => formatPercent(share, 0);
const decimal = (value: number) => Number(value).toFixed(1).replace(".", ",");
/** Names that were joined in English. */
const names = (list: string) => String(list).replace(/ and (\d+) more$/, " и ещё $1");
const toRussianRates = (rates: string) => names(rates).replaceAll(" x ", " × ").replaceAll(" Hz", " Гц");

const sameWay = "Записывайте все классы одинаково: на одном устройстве, в одном формате.";
const severalSpeakers = "Пусть каждый класс запишут несколько человек, и каждый из них — несколько классов.";

const nuisances: Readonly<Record<NuisanceId, { readonly name: string; readonly advice: string }>> = {
  speaker: { name: "Голос", advice: severalSpeakers },
  format: { name: "Формат файла", advice: sameWay },
  rate: { name: "Частота дискретизации", advice: sameWay },
  channels: { name: "Число каналов", advice: sameWay },
  loudness: {
    name: "Громкость",
    advice: "Выровняйте громкость всех записей или записывайте каждый класс с разной громкостью.",
  },
  duration: {
    name: "Длительность",
    advice: "Обрежьте записи всех классов до похожей длины, если длина не часть самого звука.",
  },
  noise: {
    name: "Фоновый шум (устройство или комната)",
    advice: "Записывайте каждый класс в нескольких комнатах, на нескольких устройствах.",
  },
  offset: {
    name: "Смещение от нуля (устройство)",
    advice: "Записывайте каждый класс на нескольких устройствах.",
  },
};

const getNuisance = (id: NuisanceId) =>
  Object.hasOwn(nuisances, id) ? nuisances[id] : { name: id, advice: "" };

function describeNuisance(
  { nuisance, share, chance }: FindingFacts["nuisance-tells"],
  effect: string,
): FindingText {
  const { name, advice } = getNuisance(nuisance);
  return {
    message: `${name}: уже по этому одному угадывается ${percent(share)} меток (наугад ${percent(chance)}). ${effect}`,
    advice,
  };
}

const severalSources =
  "Запишите каждый класс из нескольких источников: в другое время, в другом месте, на другом устройстве, другим голосом. Если это не куски более длинных записей, укажите настоящие источники в столбце speaker.";

const describePieces = ({ sources, pieces, examples }: FindingFacts["pieces-together"]) =>
  `Записей, вырезанных из более длинных: ${pieces}, а источников: ${sources} (${examples}).`;

const describeUneven = (
  { largest, most, smallest, least }: FindingFacts["uneven"],
  effect: string,
): FindingText => ({
  message: `«${largest}»: ${recordings(most)}, «${smallest}»: ${least}. Редкое ${effect}, а обычная точность выглядит лучше, чем есть.`,
  advice: "Добавьте записей в маленькие классы и смотрите на сбалансированную точность.",
});

const describeRates = (rates: string, effect: string): FindingText => ({
  message: `Частоты дискретизации разные: ${toRussianRates(rates)}. ${effect}`,
  advice:
    "Записывайте все классы с той частотой, с какой записи будут поступать потом, или приведите все к наименьшей из этих частот.",
});

const keepBest = "Оставьте лучшую.";

/** The catalogue. */
export const russianFindings: FindingCatalogue = {
  titles: {
    "likely-mislabelled": "Трудные записи или неверные метки",
    "near-duplicate": "Копии одной записи",
    silent: "Записи без звука",
    quiet: "Очень тихие записи",
    clipped: "Слишком громко: срезано сверху",
    ultrasound: "Почти вся энергия выше 8 кГц",
    "channels-cancel": "Каналы гасят друг друга",
    "dc-offset": "Смещение от нуля",
    "too-short": "Очень короткие записи",
    "too-long": "Очень длинные записи",
    "sample-rate-mixture": "Разные частоты дискретизации",
    confounded: "Метку выдаёт не сам звук",
    "one-speaker": "Голоса не разделить",
    "shared-speaker": "Одни и те же голоса в обучении и в проверке",
    "same-source": "Куски одной записи",
    "alike-labels": "Метки, которые различаются только написанием",
    imbalanced: "Классы очень разного размера",
    "too-few": "Слишком мало записей",
    "unseen-label": "Классы, которые есть только в проверке",
    unreadable: "Файлы, которые не читаются",
    damaged: "Повреждённые файлы",
  },
  texts: {
    doubted: ({ count, share, file, label, suggested, confidence }) => ({
      message: `Трудные или с неверной меткой: ${recordings(count)} (${percent(share)} всех). ${count === 1 ? "Это" : "Первая —"} ${file}: метка «${label}», а классификатор, обученный без неё, отвечает «${suggested}» с вероятностью ${percent(confidence)}. Неверные метки выучиваются наравне с верными, и верные ответы считаются ошибками.`,
      advice:
        "Послушайте их. Неверные метки исправьте; если метка верна, оставьте запись и добавьте похожих.",
    }),
    "copies-other-label": ({ files, labels }) => ({
      message: `${names(files)}: копии одной записи под разными метками (${names(labels)}). Хотя бы одна метка неверна, и ни одну нельзя выучить.`,
      advice: "Решите, какая метка верна, и удалите другую копию.",
    }),
    "copies-other-side": ({ files }) => ({
      message: `${names(files)}: копии одной записи и в обучении, и в проверке. Проверка повторяет выученное, поэтому оценка завышена.`,
      advice: "Оставьте каждую запись только в обучении или только в проверке.",
    }),
    "copies-counted-once": ({ files }) => ({
      message: `${names(files)}: один и тот же звук. При обучении он считается один раз.`,
      advice: "Оставьте одну из них.",
    }),
    "copies-one-voice": ({ files }) => ({
      message: `${names(files)}: копии одной записи одного голоса. При проверке они всегда в одной части и учат немногим больше, чем одна.`,
      advice: keepBest,
    }),
    copies: ({ files }) => ({
      message: `${names(files)}: копии одной записи. При проверке одна помогает узнать другую, поэтому оценка завышена.`,
      advice: keepBest,
    }),
    silent: ({ count }) => ({
      message: `Тишина от начала до конца: ${recordings(count)}. В обучении они не участвуют, так что записей в их классах меньше, чем кажется.`,
      advice:
        "Если тишина — один из ваших классов, дайте им метку _silence; иначе удалите их или запишите заново с включённым микрофоном.",
    }),
    quiet: ({ count, peakDb }) => ({
      message: `Очень тихо (пик ниже ${Math.round(peakDb)} дБ): ${recordings(count)}. Шум и округление могут заглушить то, что нужно выучить.`,
      advice: "Послушайте их; где звук тонет в шуме, запишите заново — ближе к микрофону или громче.",
    }),
    clipped: ({ count }) => ({
      message: `Срезано по верхней границе: ${recordings(count)}. Искажение слышно как отдельный звук, и его можно выучить вместо класса, если в одном классе его больше.`,
      advice:
        "Запишите заново тише или уберите их, если в классе хватает других; сделать тише срезанный файл не поможет.",
    }),
    ultrasound: ({ count }) => ({
      message: `Большая часть энергии выше 8 кГц, а сети используют то, что ниже: ${recordings(count)}. То, что выше, не выучить.`,
      advice:
        "Если класс узнаётся по этому звуку, замедлите все записи в одно и то же число раз — и при обучении, и в работе. Иначе ничего не меняйте.",
    }),
    "channels-cancel": ({ count }) => ({
      message: `Каналы гасят друг друга при усреднении: ${recordings(count)}. Взят один канал, самый громкий.`,
      advice: "Проверьте, не перепутана ли полярность одного канала, или записывайте в моно.",
    }),
    "dc-offset": ({ count }) => ({
      message: `Смещено от нуля: ${recordings(count)}. Смещение выдаёт устройство, которым записано.`,
      advice:
        "Уберите смещение фильтром верхних частот на 20 Гц — и в записях для обучения, и в тех, что распознаются.",
    }),
    "too-short": ({ count, limitSeconds, medianSeconds }) => ({
      message: `Почти нет звука (короче ${decimal(limitSeconds)} с или намного короче медианы ${decimal(medianSeconds)} с): ${recordings(count)}. Этого мало, чтобы различать классы.`,
      advice: "Послушайте: возможно, слово обрезано. Запишите заново или удалите.",
    }),
    "too-long": ({ count, limitSeconds, medianSeconds }) => ({
      message: `Намного длиннее остальных (медиана ${decimal(medianSeconds)} с) или тех ${decimal(limitSeconds)} с, что сеть берёт за раз: ${recordings(count)}. Важное растворяется в остальном.`,
      advice: "Оставьте только ту часть, к которой относится метка; одна часть — одна запись.",
    }),
    "rates-heard": ({ rates }) =>
      describeRates(
        rates,
        "В записях ниже 16000 Гц нет высоких частот; если таких больше в одном классе, выучится это.",
      ),
    "rates-not-heard": ({ rates }) =>
      describeRates(rates, "Все приводятся к 16000 Гц, потери малы, но частота может выдавать устройство."),
    "nuisance-tells": (facts) =>
      describeNuisance(facts, "Возможно, выучится только это, и оценка — об этом, а не о звуке."),
    "nuisance-may-tell": (facts) =>
      describeNuisance(facts, "Если это не часть того, что нужно различать, возможно, выучится только это."),
    "speaker-tells": (facts) =>
      describeNuisance(
        facts,
        "У каждого говорящего одна метка, поэтому при проверке голоса нужно разделять.",
      ),
    "class-given-away": ({ nuisance, label, count, size, others, value }) => ({
      message: `${getNuisance(nuisance).name}: это выдаёт «${label}». Значение «${value}» у ${count} из ${size} его записей и только у ${others} из остальных; возможно, выучится именно это.`,
      advice: getNuisance(nuisance).advice,
    }),
    "one-speaker": ({ speaker }) => ({
      message: `Все записи сделаны одним голосом (${speaker}). И выученное, и оценка — об этом голосе; у других выйдет хуже.`,
      advice: "Если пользоваться будут и другие, добавьте их записи: хотя бы пятерых.",
    }),
    "speakers-mixed": () => ({
      message:
        "При проверке голоса не разделить: одни и те же — в обеих частях, поэтому для новых голосов оценка завышена.",
      advice: severalSpeakers,
    }),
    "shared-speakers": ({ count, speakers }) => ({
      message: `${plural(count, "голос", "голоса", "голосов")} (${names(speakers)}) и в обучении, и в проверке. Это оценка на знакомых голосах, для новых она завышена.`,
      advice: "Оставьте все записи одного голоса только в обучении или только в проверке.",
    }),
    "pieces-together": (facts) => ({
      message: `${describePieces(facts)} Каждый источник учит немногим больше, чем одна запись. При проверке куски одного источника всегда в одной части.`,
      advice: severalSources,
    }),
    "pieces-mixed": (facts) => ({
      message: `${describePieces(facts)} При проверке их не удержать в одной части, поэтому оценка — о знакомых источниках и ничего не говорит о новых.`,
      advice: severalSources,
    }),
    "pieces-other-side": (facts) => ({
      message: `${describePieces(facts)} Некоторые — и в обучении, и в проверке, поэтому оценка — о знакомых источниках и ничего не говорит о новых.`,
      advice: "Оставьте все куски одного источника только в обучении или только в проверке.",
    }),
    "labels-look-same": ({ labels, count }) => ({
      message: `Метки ${labels} выглядят одинаково, но различаются невидимыми знаками и считаются разными классами: на слух их не различить (с более редким написанием: ${recordings(count)}).`,
      advice: "Напишите их одинаково: введите метку заново или переименуйте папку.",
    }),
    "labels-differ-by-case": ({ labels, count }) => ({
      message: `Метки ${labels} различаются только регистром букв и считаются разными классами (с более редким написанием: ${recordings(count)}).`,
      advice: "Если это один класс, напишите их одинаково; если нет, ничего делать не нужно.",
    }),
    "one-class": ({ classes }) => ({
      message:
        classes === 0
          ? "Учить нечего: ни одного класса не осталось."
          : "Остался один класс: различать нечего.",
      advice: "Добавьте записи чего-нибудь другого под своим названием или под меткой _unknown.",
    }),
    "single-recordings": ({ labels }) => ({
      message: `${names(labels)}: всего одна запись. На ней нельзя и учить, и проверять, поэтому класс обучен, но в оценку не входит.`,
      advice: "Запишите ещё, хотя бы по пять на класс, или уберите класс.",
    }),
    "few-recordings": ({ labels, few }) => ({
      message: `${names(labels)}: меньше ${few} записей. Оценка такого класса мало о чём говорит.`,
      advice: "Запишите ещё: хорошо, когда их пять и больше в каждом классе.",
    }),
    uneven: (facts) => describeUneven(facts, "учится хуже"),
    "very-uneven": (facts) => describeUneven(facts, "почти не учится"),
    "unseen-labels": ({ labels }) => ({
      message: `${names(labels)}: есть в проверке, но учиться не на чем. В оценку эти записи не входят.`,
      advice: "Переложите часть из них в обучение или исправьте написание метки.",
    }),
    unreadable: ({ count }) => ({
      message: `Не читается и не участвует: ${recordings(count)}.`,
      advice: "Запишите или преобразуйте их заново либо удалите.",
    }),
    damaged: ({ count }) => ({
      message: `Прочитано частично или с исправлениями: ${recordings(count)}. Недостающее выучить нельзя.`,
      advice:
        "Скопируйте их заново; если исходные файлы такие же, послушайте, что осталось, и удалите те, где нужного звука нет.",
    }),
  },
};
