/**
 * Finds recordings that were cut from one longer recording, by their names.
 *
 * These forms are recognised, each for several files: a numbered part ("talk_part2", "talk-seg-03", "talk
 * 2of5", "talk (2)"); a time range ("talk-0-3.5", "talk_30000_40000", or one offset in equal steps); a
 * numbered recording or an identifier followed by a number or letter ("rec0_07", "187207-B"), also before
 * other numbers ("14113-4-0-2"); numbers in one of several folders within a class ("dog/street/01"). Ordinary
 * numbering ("yes_01"), words ("dog_bark_01") and names that occur in several classes ("7_george_12",
 * "0a7c2a8d_nohash_1": speakers) are not. A suffix that all recordings of a class share ("-5", "_robin") is
 * ignored.
 * Not its concern: what the recordings contain, what sources are used for.
 */

interface NamedRecording {
  /** Path relative to the data set, with forward slashes. */
  readonly file: string;
  readonly label: string;
}

const partName =
  /^(.*?)[\s_.([-]*(?<![a-z])(?:part|pt|chunk|segment|seg|piece|slice|split|window|win|w|fragment|frag|excerpt|snippet)[\s_.-]*\d{1,5}(?:[\s_.-]*of[\s_.-]*\d+)?[)\]]?$/i;
const countedName = /^(.*?)[\s_.([-]*(?<!\d)\d{1,4}[\s_]*of[\s_]*\d{1,4}[)\]]?$/i;
const intervalName =
  /^(.*?)[\s_@.-]+[st]?(\d+(?:\.\d+)?)(?:m?s)?(?:[\s_-]+e?|to|\.\.)(\d+(?:\.\d+)?)(?:m?s)?$/i;
const offsetName = /^(.*?)[\s_@-]+(?:t=?|at)?(\d+(?:\.\d+)?)(?:m?s)?$/i;
const clockName = /^(.*[\s_@-])(\d{1,3})m(\d{1,2})s$/i;
const bracketName = /^(.*\S)\s*\(\d{1,4}\)$/;
const numberedName = /^(.+?)[\s_.(-]+(?:0*\d{1,4}|[a-z])\)?$/i;

/** Words for a recording that, followed by a number, name one recording. */
const recordingWords =
  "rec|record|recording|file|audio|source|src|track|tape|video|vid|movie|song|session|sess|original|orig|raw|long|sound|clip|episode|call|interview|concert";
const recordingToken = new RegExp(`^(?:${recordingWords})\\d+[a-z]?$`);
const recordingWord = new RegExp(`^(?:${recordingWords})$`);

/** Names of pieces in a folder of their recording. */
const pieceNumber = /^(?:(?:part|chunk|seg|segment|piece|slice|split|out|output)[\s_-]*)?\d{1,5}$/i;
/** A word with a number: one of several recordings, if a class has several. */
const numberedWord = /^[a-z]{3,}\d{1,4}$/;

/** Share of identifiers that occur in several classes above which identifiers are assumed to be speakers. */
const maximumShared = 0.1;

/** A name in its parts. */
interface Name extends NamedRecording {
  readonly folder: string;
  readonly stem: string;
}

/**
 * Finds the source of each recording; undefined if no other recording has the same source. Sources named by a
 * numbered part or a time range are shared by all classes; numbered recordings are separate in each folder.
 */
export function findNameSources(recordings: readonly NamedRecording[]): (string | undefined)[] {
  const names = recordings.map(({ file, label }): Name => {
    const slash = file.lastIndexOf("/");
    const stem = file.slice(slash + 1).replace(/\.[a-z][a-z0-9]{1,4}$/i, "");
    return { file, label, folder: file.slice(0, Math.max(0, slash)), stem: stem.normalize("NFC") };
  });
  const sources = names.map(findPart);
  for (const own of [names, cutEndings(names)]) {
    fill(sources, findStretches(own));
    fill(sources, findNumbered(own, sources));
  }
  fill(
    sources,
    findExclusive(names, ({ folder, stem }) => getBracketed(folder, stem)),
  );
  fill(
    sources,
    findExclusive(names, ({ folder, stem }) => (pieceNumber.test(stem) ? folder : undefined)),
  );
  const counts = new Map<string, number>();
  for (const source of sources) if (source !== undefined) counts.set(source, (counts.get(source) ?? 0) + 1);
  return sources.map((source) => (source !== undefined && counts.get(source)! > 1 ? source : undefined));
}

/** Removes the suffix that all recordings of a class share from their names. */
function cutEndings(names: readonly Name[]): Name[] {
  const endings = new Map<string, string | undefined>();
  for (const { label, stem } of names) {
    const ending = /[\s_.-]+[\p{L}\p{N}]+$/u.exec(stem)?.[0];
    if (!endings.has(label)) endings.set(label, ending);
    else if (endings.get(label) !== ending) endings.set(label, undefined);
  }
  return names.map((name) => ({
    ...name,
    stem: name.stem.slice(0, name.stem.length - (endings.get(name.label) ?? "").length),
  }));
}

const getBracketed = (folder: string, stem: string): string | undefined => {
  const prefix = bracketName.exec(stem)?.[1];
  return prefix && `${folder}/${prefix}`;
};

/**
 * Finds the sources of "dog/street (2)" and "dog/street/02", if half of the classes have several, no two
 * classes share one, and none is named like its class.
 */
function findExclusive(
  names: readonly Name[],
  getKey: (name: Name) => string | undefined,
): (string | undefined)[] {
  const keys = names.map(getKey);
  const labels = new Map<string, Set<string>>();
  const last = new Map<string, Set<string>>();
  const perClass = new Map<string, Set<string>>(names.map(({ label }) => [label, new Set()]));
  for (const [row, key] of keys.entries()) {
    if (key === undefined) continue;
    const { label } = names[row]!;
    const own = key.slice(key.lastIndexOf("/") + 1).toLowerCase();
    labels.set(key, (labels.get(key) ?? new Set()).add(label));
    if (!recordingToken.test(own)) last.set(own, (last.get(own) ?? new Set()).add(label));
    if (own !== label.toLowerCase()) perClass.get(label)!.add(key);
  }
  const areShared = [...labels.values(), ...last.values()].some((own) => own.size > 1);
  const several = [...perClass.values()].filter((own) => own.size > 1).length;
  return areShared || 2 * several < perClass.size ? [] : keys;
}

function fill(sources: (string | undefined)[], found: readonly (string | undefined)[]): void {
  for (const [row, source] of found.entries()) sources[row] ??= source;
}

/** Finds the source of "talk_part2". */
function findPart({ folder, stem }: Name): string | undefined {
  const prefix = (partName.exec(stem) ?? countedName.exec(stem))?.[1]?.trim();
  return prefix ? `${folder}/${prefix}` : undefined;
}

/** Finds the sources of "talk-0-3.5", "talk_12.5" if all numbers after a prefix are time ranges. */
function findStretches(names: readonly Name[]): (string | undefined)[] {
  const sources = new Array<string | undefined>(names.length);
  const intervals = new Map<string, { row: number; start: number; end: number; isDecimal: boolean }[]>();
  const offsets = new Map<string, { row: number; start: number; isDecimal: boolean }[]>();
  for (const [row, { folder, stem }] of names.entries()) {
    const two = intervalName.exec(stem);
    if (two?.[1]) {
      const entry = {
        row,
        start: Number(two[2]),
        end: Number(two[3]),
        isDecimal: /\./.test(two[2]! + two[3]!),
      };
      add(intervals, `${folder}/${two[1]}`, entry);
    }
    const clock = clockName.exec(stem);
    if (clock?.[1]) {
      const start = 60 * Number(clock[2]) + Number(clock[3]);
      add(offsets, `${folder}/${clock[1]}`, { row, start, isDecimal: false });
    }
    const one = offsetName.exec(stem);
    if (one?.[1])
      add(offsets, `${folder}/${one[1]}`, { row, start: Number(one[2]), isDecimal: one[2]!.includes(".") });
  }
  for (const [source, own] of intervals) {
    const sorted = own.sort((a, b) => a.start - b.start);
    if (sorted.length > 1 && areIntervals(sorted)) for (const { row } of own) sources[row] = source;
  }
  for (const [source, own] of offsets) {
    const isDecimal = own.filter((entry) => entry.isDecimal).length > own.length / 2;
    if (
      !areOffsets(
        own.map(({ start }) => start),
        isDecimal,
      )
    )
      continue;
    for (const { row } of own) sources[row] ??= source;
  }
  return sources;
}

/** Whether sorted pairs of numbers are time ranges: each ends after its start, and starts increase. */
function areIntervals(sorted: readonly { start: number; end: number; isDecimal: boolean }[]): boolean {
  if (!sorted.every(({ start, end }, i) => end > start && (i === 0 || start > sorted[i - 1]!.start)))
    return false;
  const joined = sorted.slice(1).filter(({ start }, i) => Math.abs(start - sorted[i]!.end) < 1e-6).length;
  const widths = new Set(sorted.map(({ start, end }) => Math.round(1000 * (end - start))));
  return (
    joined >= (sorted.length - 1) / 2 ||
    sorted.some(({ isDecimal }) => isDecimal) ||
    (sorted.length > 2 && widths.size === 1)
  );
}

/**
 * Whether numbers are offsets in equal steps: at least four multiples of a step, and either decimals or with
 * a larger step than in counting.
 */
function areOffsets(values: readonly number[], isDecimal: boolean): boolean {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  if (sorted.length < values.length || sorted.length < (isDecimal ? 2 : 4)) return false;
  const step = Math.min(...sorted.slice(1).map((value, i) => value - sorted[i]!));
  if (isDecimal) return sorted.length > 2 || step > 0;
  return step >= 5 && sorted.every((value) => value % step === 0);
}

/** Finds the sources of "rec0_07" and "187207-B". */
function findNumbered(
  names: readonly Name[],
  found: readonly (string | undefined)[],
): (string | undefined)[] {
  const recordings = new Map<number, string>();
  const identifiers = new Map<number, string>();
  const words = new Map<number, string>();
  for (const [row, name] of names.entries()) {
    if (found[row] !== undefined) continue;
    const prefix = numberedName.exec(name.stem)?.[1];
    if (prefix === undefined || /_nohash$/i.test(prefix)) continue;
    const tokens = getTokens(prefix, name.label);
    if (isNumberedRecording(tokens)) recordings.set(row, tokens.join(" "));
    else if (tokens.some(isIdentifier))
      identifiers.set(row, tokens.filter((token) => isIdentifier(token) || isDay(token)).join(" "));
    else if (tokens.some((token) => numberedWord.test(token))) words.set(row, tokens.join(" "));
  }
  const sources = new Array<string | undefined>(names.length);
  // A number that all recordings share names the data set, not a source.
  if (new Set(recordings.values()).size > 1) {
    for (const [row, key] of recordings) sources[row] = `${names[row]!.folder}/${key}`;
  }
  if (areSources(identifiers, names)) for (const [row, key] of identifiers) sources[row] = key;
  const perClass = new Map<string, Set<string>>();
  for (const [row, key] of words) {
    const { label } = names[row]!;
    perClass.set(label, (perClass.get(label) ?? new Set()).add(key));
  }
  const haveSeveral = [...perClass.values()].some((own) => own.size > 1);
  if (haveSeveral && areSources(words, names)) for (const [row, key] of words) sources[row] = key;
  return sources;
}

/** Gets the words and numbers of a name in lower case, without those of the label. */
function getTokens(prefix: string, label: string): string[] {
  const split = (text: string): string[] =>
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean);
  const own = new Set(split(label));
  return split(prefix).filter((token) => !own.has(token));
}

const isNumberedRecording = (tokens: readonly string[]): boolean =>
  tokens.some(
    (token, i) =>
      recordingToken.test(token) || (recordingWord.test(token) && /^\d{1,4}$/.test(tokens[i + 1] ?? "")),
  );

const isDay = (token: string): boolean => /^(19|20)\d\d(0[1-9]|1[0-2])\d\d$/.test(token);

/** Whether a token is an identifier: a long number that is not a date, or a hash. */
function isIdentifier(token: string): boolean {
  if (isDay(token)) return false;
  if (/^[a-z]{0,3}\d{5,}$/.test(token)) return true;
  // Alternating letters and digits, as in video ids.
  const turns = token.match(/\d(?=[a-z])|[a-z](?=\d)/g)?.length ?? 0;
  if (token.length >= 8 && turns > 1 && !/^\d{8}t\d+$/.test(token)) return true;
  return /^[0-9a-f]{6,}$/.test(token) && /\d/.test(token) && /[a-f]/.test(token);
}

/**
 * Whether identifiers are those of sources: most of those that occur several times occur in one class only,
 * and some occur at least three times.
 */
function areSources(identifiers: ReadonlyMap<number, string>, names: readonly Name[]): boolean {
  const labels = new Map<string, string[]>();
  for (const [row, key] of identifiers) add(labels, key, names[row]!.label);
  const several = [...labels.values()].filter((own) => own.length > 1);
  const shared = several.filter((own) => new Set(own).size > 1);
  return (
    labels.size > 1 &&
    several.some((own) => own.length > 2) &&
    shared.length <= maximumShared * several.length
  );
}

function add<T>(groups: Map<string, T[]>, key: string, value: T): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
