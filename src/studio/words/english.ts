/**
 * The texts of the studio in English. Every other language has the same shape.
 *
 * Not its concern: where it is shown.
 */

import { formatClock, formatNumberOf } from "../../core/format.ts";
import { englishFindings, type FindingCatalogue } from "../../doctor/finding-words.ts";
import { formatShare } from "../../view/format.ts";

const recordings = (n: number) => formatNumberOf(n, "recording");
const classes = (n: number) => (n === 1 ? "1 class" : `${n} classes`);
const whole = (share: number) => Math.round(100 * share);

const signed = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;

const list = (names: readonly string[]) =>
  names
    .slice(0, 3)
    .map((name) => `“${name}”`)
    .join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
/** What tells labels without the sound, by the code of the reason. */
const properties: Readonly<Record<string, string>> = {
  "format-tells": "the file format",
  "rate-tells": "the sample rate of the file",
  "channels-tells": "the number of channels",
  "loudness-tells": "the loudness",
  "duration-tells": "the duration",
};

/** The catalogue. Functions take numbers and names. */
export const english = {
  language: "English",
  brand: "Golem studio",
  skip: "Skip to the page",
  theme: { dark: "Dark", light: "Light" },
  cancel: "Cancel",
  close: "Close",
  undo: "Undo",
  retry: "Try again",
  percent: (share: number) => formatShare(share),
  seconds: (s: number) =>
    s < 60 ? `${s.toFixed(1)} s` : `${Math.floor(s / 60)} min ${Math.round(s % 60)} s`,
  /** From when to when, in seconds. */
  span: (from: number, to: number) => `${formatClock(from)} to ${formatClock(to)}`,
  quoted: (text: string) => `“${text}”`,
  recordings,
  classes,
  home: {
    title: "Teach your computer to tell sounds apart",
    lead: "Words, voices, machines, animals: name the sounds, record each one eight times, and you have a golem that recognises them, with an honest score.",
    start: "New task",
    openFolder: "Open a folder",
    openFile: "Open a zip file",
    openHint:
      "A data set (one folder per class), long recordings with annotations beside them, or a saved golem.",
    privacy: "What you record stays in this browser, on this machine. Nothing is sent anywhere.",
    yours: "Your tasks",
    gallery: "Or begin with one of these",
    open: (name: string) => `Open ${name}`,
    opening: "Opening…",
    delete: (name: string) => `Delete ${name}`,
    deleteSure: (name: string, n: number) =>
      n === 0 ? `Delete “${name}”?` : `Delete “${name}” and its ${recordings(n)}? This cannot be undone.`,
    deleteYes: "Delete",
    untitled: "Untitled task",
    noScore: "not trained yet",
    demos: {
      words: {
        name: "Three wake words",
        text: "Start here: “hey golem”, “lights on” and “good night”, synthetic speech, tested on voices it was not trained on.",
      },
      banking: {
        name: "Bank requests",
        text: "Hard: what does the caller want? 14 kinds of request, four recordings each, told apart by words alone, and every sentence is different. Synthetic speech.",
      },
      drums: {
        name: "Drums",
        text: "Harder: kick, snare, hi-hat, cymbal, tom or tabla? Real single strokes by different makers, in the public domain (CC0).",
      },
      voice: {
        name: "Your voice commands",
        text: "The classes “yes”, “no” and “stop” are set up. Record them in your own voice: it takes about three minutes.",
      },
    },
  },
  tabs: {
    label: "Steps",
    record: "Record",
    result: "Result",
    try: "Try it",
    lessons: "Lessons",
    take: "Download",
    back: "All tasks",
  },
  task: {
    name: "Name of the task",
    missing: "This task no longer exists.",
  },
  record: {
    classesTitle: "Classes",
    add: "Add a class",
    addFirst: "Add",
    addPlaceholder: "Name a class",
    addHint: "A word, a sound, a voice. Enter adds it.",
    addNext: "Enter adds another class. Press Enter in the empty field to start recording.",
    examples: "For example",
    exampleNames: ["yes", "no", "stop"],
    otherwise: "Or begin with recordings that you have, or let synthetic voices speak:",
    emptyTitle: "What should it tell apart?",
    emptyText:
      "Name at least two classes. A class is one kind of sound: a word you say, a clap, your washing machine.",
    rename: "Name of the class",
    remove: (name: string) => `Remove the class ${name}`,
    removeSure: (name: string, n: number) =>
      n === 0 ? `Remove “${name}”?` : `Remove “${name}” and its ${recordings(n)}?`,
    removeYes: "Remove",
    exists: (name: string) => `There is already a class “${name}”.`,
    of: (n: number, goal: number) => (n < goal ? `${n} of ${goal}` : String(n)),
    start: (name: string) => `Record “${name}”`,
    stop: "Stop",
    next: (name: string) => `Next: “${name}”`,
    againNow: "Once more: this take replaces the old one.",
    idle: (name: string, goal: number) =>
      goal === 1
        ? `Record “${name}” once. It stops by itself at the pause.`
        : `Record “${name}” ${goal} times in a row, with a short pause after each. The recording is cut at the pauses and stops by itself.`,
    idleWhole: "Each recording lasts from Record to Stop.",
    ready: "Get ready",
    listening: (name: string) => `“${name}”, a pause, and again`,
    soundDetected: "Sound detected",
    tooLoud: "Too loud: the sound is cut off. Move back, or turn the microphone down.",
    tooQuiet: "No sound for 3 seconds. Is the microphone muted, or is another one chosen?",
    whole: "Recording",
    complete: (name: string, n: number) => `“${name}” has ${recordings(n)}.`,
    allComplete: "Every class has enough recordings. Now train.",
    cut: "Cut at pauses",
    drop: "Or drop files or folders anywhere on this page. A folder is a class.",
    choose: "Choose files",
    chooseFolder: "Choose a folder",
    dropNow: "Drop to add",
    noneYet: "No recordings yet",
    noneText: "Record a few, or drop files.",
    play: (name: string) => `Play ${name}`,
    stopPlaying: (name: string) => `Stop ${name}`,
    delete: (name: string) => `Delete ${name}`,
    deleted: (n: number) => (n === 1 ? "Recording deleted." : `${n} recordings deleted.`),
    moved: (name: string) => `Recording moved to “${name}”.`,
    moveToClass: (name: string) => `Move to “${name}”`,
    moveTo: "Move to …",
    waiting: "not processed yet",
    refused: "left out",
    takenFor: (name: string) => `classified as ${name}`,
    embeddedAll: (n: number) =>
      n === 1 ? "The recording is processed" : `All ${n} recordings are processed`,
    embeddedSome: (done: number, n: number) => `Processing recordings: ${done} of ${n}`,
    timeLeft: (s: number) =>
      s < 60 ? `about ${Math.ceil(s)} s left` : `about ${Math.ceil(s / 60)} min left`,
    varying: (done: number, n: number) => `Preparing varied copies: ${done} of ${n}`,
    settings: "Training settings",
    augment: "Train on varied copies too",
    augmentHint:
      "Copies of each recording in another room, with noise and with cut edges are trained on as well, as far as that helps. The golem then copes better with noise; preparing the copies takes about three times as long as processing the recordings. The score is measured on your recordings alone.",
    microphone: "Microphone",
    addBackground: "Add a background class",
    backgroundHint:
      "Noise and sounds that are none of your classes: whatever is classified as it counts as unknown.",
    loading: (share: number) => `Getting ready: ${formatShare(share)}`,
    loadFailed: "The encoder could not be loaded.",
    learn: "Train",
    /** Pressed now, training begins when the varied copies are made. */
    learnAfter: (s: number) => `Train in ${s < 60 ? `${Math.ceil(s)} s` : `${Math.ceil(s / 60)} min`}`,
    missing: (n: number, all: number) =>
      `The golem of this task was trained and tested on ${recordings(all)}, of which ${n} ${n === 1 ? "is" : "are"} not here. To update it with more recordings, first add those: drop their folder on this page. Otherwise training starts from the recordings below.`,
    needClasses: "Training needs two classes with two recordings each",
    list: (name: string) => `Recordings of ${name}`,
    micDenied: "The browser may not use the microphone. Allow it in the address bar, then try again.",
    micMissing: "No microphone was found. Plug one in, or drop files instead.",
    micFailed: (why: string) => `The microphone does not work: ${why}`,
    added: (n: number) => `${recordings(n)} added.`,
    /** `isStill`: saving was tried again. */
    unsaved: (n: number, isStill: boolean) =>
      `${isStill ? "Still no room: " : ""}${recordings(n)} not saved, the browser’s storage is full. Delete a task or some recordings.`,
    discard: "Discard",
    annotationsLeftOut: (n: number) =>
      `${n} ${n === 1 ? "annotation was" : "annotations were"} left out: without a label or duration, over another sound, or after the end.`,
    reading: (done: number, n: number) => `Reading ${done} of ${n}`,
  },
  speak: {
    open: "Type the words",
    title: "Type the words",
    text: "Four synthetic voices speak what you type, in American English. That makes a golem without any recording of yours. Real recordings tell more: with them, the score is measured on real ones alone.",
    words: "Words",
    example: "yes\nno\nstop",
    hint: "One class per line. For several ways to say one class, a line for each: class, wording.",
    count: "Recordings per class",
    voices: "Voices",
    start: "Make recordings",
    loading: "Loading the voices (22 MB, once)…",
    progress: (done: number, n: number) => `Speaking: ${done} of ${n}`,
    synthetic: "synthetic voice",
  },
  edit: {
    open: (name: string) => `Trim, split or move ${name}`,
    start: "Start of the part",
    end: "End of the part",
    chosen: (part: number, all: number) => `${part.toFixed(2)} s of ${all.toFixed(2)} s`,
    play: "Play the part",
    trim: "Keep only the part",
    split: "Split at the handles",
    pauses: (n: number) => (n > 1 ? `Split at pauses: ${n} pieces` : "Split at pauses"),
    again: "Record again",
    replaced: (n: number) => (n === 1 ? "Recording trimmed." : `Recording split into ${n}.`),
  },
  result: {
    emptyTitle: "Not trained yet",
    emptyText: "Record at least two classes, then train. It takes a few seconds.",
    toRecord: "To the recordings",
    learning: "Training",
    examined: "Testing on recordings it was not trained on",
    stale: "The recordings have changed since training.",
    kicker: "Right on recordings it was not trained on",
    kickers: {
      onlyKnown: "Right on these same sources",
      sameSpeakers: "Right on these same speakers",
      shortcut: "Right on recordings made like these",
      synthetic: "Right on synthetic voices it was not trained on",
    },
    unscored: "Not scored: a class has a single recording, so none could be held out for a test.",
    between: (low: number, high: number) =>
      `On new recordings like these, expect ${whole(low)} to ${formatShare(high)} right.`,
    verdicts: {
      guessing: "So far this cannot be distinguished from guessing.",
      mostlyWrong: "Better than guessing, but mostly wrong.",
      perhapsWrong: "Better than guessing, but perhaps wrong more often than right.",
      useful: "Useful where mistakes cost little.",
      synthetic:
        "Measured on synthetic voices, which says little about people. Record some, as a test or to train on.",
      good: "Good. Keep testing it where it will be used.",
    },
    /** `share` of mistakes is not excluded; undefined where guessing is not excluded either. */
    noMistake: (n: number, share: number | undefined) =>
      share === undefined
        ? `No mistake yet on ${recordings(n)}, which are too few to exclude guessing.`
        : `No mistake yet on ${recordings(n)}; up to ${formatShare(share)} of answers may still be wrong.`,
    /** Why new recordings cannot be judged, by the code of the reason; `names`: its classes. */
    unmeasured: (code: string, names: readonly string[]) => {
      if (code === "sources-mixed") {
        return "The score on new sources cannot be measured: pieces of one source were in training and in the test.";
      }
      const property = properties[code];
      if (property !== undefined) {
        return `The score on other recordings cannot be measured: ${property} alone tells the classes apart as well as the golem does.`;
      }
      const alone = names.length > 1 ? "have one speaker each" : "has one speaker";
      return `The score on new speakers cannot be measured${names.length > 0 ? `: ${list(names)} ${alone}` : ""}.`;
    },
    /** What to record so that it can be measured. */
    remedy: (code: string, names: readonly string[]) => {
      const which = names.length > 0 ? list(names) : "each class";
      if (code === "sources-mixed") return `Record ${which} from at least two sources.`;
      if (code === "same-speakers") return "Test on speakers who are not in the training set.";
      if (code === "duration-tells") return "Record or cut all classes to the same durations.";
      if (code === "loudness-tells") return "Record all classes equally loud.";
      if (code in properties) {
        return "Record all classes in the same way: the same device, the same place.";
      }
      return `Record ${which} by at least two speakers.`;
    },
    how: (n: number, folds: number, repeats: number) =>
      `Measured on all ${n} recordings by cross-validation, ${formatNumberOf(repeats, "time")}: each of ${folds} parts in turn was held out of training and then used as the test.`,
    /** `share` is the score of the parts. */
    raised: (share: number) =>
      `The parts, with fewer recordings to train on, scored ${formatShare(share)}; the golem is trained on all of them.`,
    howTest: (n: number) => `Measured on ${recordings(n)} that were held out of training.`,
    oneSource:
      "What the recordings come from (machine, place, microphone) is not known. If all come from one source, it may do worse on others.",
    oneVoice: "The speakers are not known. If every recording is of your voice, it may do worse for others.",
    chance: "guessing",
    onTrained: (share: number) => `On its training recordings: ${formatShare(share)}. That says little.`,
    took: (s: number) => `Trained and tested in ${s.toFixed(1)} s.`,
    next: "What would help most",
    nextRecord: (name: string) => `Record 5 more of “${name}”`,
    nextGain: (points: number, low: number, high: number) =>
      `About ${points.toFixed(1)} percentage points more (${low.toFixed(1)} to ${high.toFixed(1)}).`,
    nextAll: (points: number) =>
      `More recordings of all classes: about ${points.toFixed(1)} percentage points with twice as many.`,
    nextOther:
      "More recordings of the same kind would not raise the score. New speakers, rooms and devices may.",
    nextGuessing: "No gain can be forecast yet. Record more, or make the classes differ more.",
    nextNoMistake: "No mistake yet, so no gain can be forecast. More recordings would narrow the interval.",
    nextNone: "A second recording of each class, so that some can be held out for a test.",
    nextMeasuring: "Measuring what more recordings would give",
    nextTry: "Try it on your microphone",
    curve: "What more recordings would give",
    curveText: (points: number, low: number, high: number) =>
      `Twice as many: about ${points.toFixed(1)} percentage points more (${low.toFixed(1)} to ${high.toFixed(1)}).`,
    curveAxis: "recordings per class",
    curveNote: "Solid line: measured, up to the score above.",
    curveAhead: "Dashed line: forecast for more recordings like these.",
    curveApart: (share: number) =>
      `Measured by cross-validation on the training recordings (${formatShare(share)} with all of them), not on the test set that the score above is of.`,
    confusion: "What it mixes up",
    confusionNone: "No recording was classified as another class.",
    confusionSome: "A few recordings were classified as another class. No pair of classes stands out.",
    confusionText: (truth: string, predicted: string) =>
      `Most often “${truth}” is classified as “${predicted}”.`,
    confusionHint:
      "Rows: the true class. Columns: the predicted class. Choose a cell to listen to its recordings.",
    cell: (n: string, truth: string, predicted: string) =>
      truth === predicted ? `${n} of ${truth}, recognised` : `${n} of ${truth}, classified as ${predicted}`,
    recorded: "recorded",
    found: "found",
    behind: (truth: string, predicted: string) =>
      truth === predicted ? `“${truth}”, recognised` : `“${truth}”, classified as “${predicted}”`,
    times: (share: number) => `${formatShare(share)} of the time`,
    perClass: "Scores per class",
    className: "class",
    precision: "precision",
    recall: "recall",
    support: "recordings",
    perClassText:
      "Precision: of the answers with this class, the share that is right. Recall: of the recordings of this class, the share that is found. F1 combines both.",
    curveNone: "More recordings would hardly raise the score: it is at its top.",
    map: "Which recordings sound alike",
    mapText: "Recordings near each other sound alike to the golem. Choose a mark to listen.",
    mapLabel: (n: number) => `Map of ${recordings(n)}. Arrow keys move from one to the next, Enter plays.`,
    doctor: "What the doctor found",
    doctorNone: "Nothing that would distort the score: no copies, no damaged recordings, no doubtful labels.",
    doctorSome: (n: number) => `${formatNumberOf(n, "finding")} to look at.`,
    groups: (n: number) => formatNumberOf(n, "group"),
    severity: { severe: "severe", warning: "warning", note: "note" },
    details: "In detail",
    findings: englishFindings as FindingCatalogue,
    views: "What decides",
    viewsText: (said: number) =>
      said < 0.005
        ? "Sound only: the transcripts decide nothing here."
        : `${formatShare(said)} by the words of the transcript, ${formatShare(1 - said)} by the sound.`,
    copies: (n: number, share: number) =>
      `Trained on ${n === 1 ? "a varied copy" : `${n} varied copies`} of each recording too (other rooms, noise, cut edges). The heads trained on them have ${formatShare(share)} of the weight.`,
    failed: "Training failed",
  },
  history: {
    title: "Trainings",
    text: "What changed from one training to the next, and what it did to the score.",
    when: "when",
    changed: "what changed",
    score: "score",
    against: "and change from the one before",
    same: "nothing",
    changes: (added: number, removed: number, moved: number) =>
      [
        added > 0 ? `${recordings(added)} added` : "",
        removed > 0 ? `${removed} removed` : "",
        moved > 0 ? `${moved} moved to another class` : "",
      ]
        .filter(Boolean)
        .join(", "),
    difference: (d: number, low: number, high: number) =>
      `${signed(d)} points (${signed(low)} to ${signed(high)})`,
    verdict: (low: number, high: number): string =>
      low > 0
        ? "Better than the training before:"
        : high < 0
          ? "Worse than the training before:"
          : "No clear difference from the training before:",
    basis: (n: number) => `on ${recordings(n)} held out of both.`,
    incomparable: "It cannot be compared with the training before: no recording was held out of both.",
  },
  suggest: {
    title: "What to label next",
    text: "Choose recordings without labels. Those that would help training most are listed here, to be labelled first.",
    files: "Choose unlabelled files",
    folder: "Choose a folder of them",
    done: "All suggestions are labelled. Train again, or choose other files.",
    guess: (label: string, share: string, second: string, less: string) =>
      `“${label}” (${share}) or “${second}” (${less}).`,
    unknown: "Perhaps none of the classes.",
    alike: (n: number) => `Stands for ${n} uncertain ones that sound alike.`,
    choose: (name: string) => `Class of ${name}`,
    add: "Add",
  },
  threshold: {
    title: "Confidence threshold",
    text: "Answers less certain than the threshold are not given: fewer false alarms, more misses.",
    always: "No threshold",
    least: (percent: number) => `Threshold: ${percent} %`,
    reading: (right: number, wrong: number, none: number) =>
      `${formatShare(right)} right, ${formatShare(wrong)} wrong (false alarms), ${formatShare(none)} without an answer (misses).`,
    note: (n: number) => `On ${recordings(n)} that were held out. “Try it” uses the same threshold.`,
  },
  try: {
    title: "Try it",
    emptyTitle: "Nothing to try yet",
    emptyText: "Train first.",
    start: "Listen",
    stop: "Stop listening",
    idle: "Press Listen and make a sound, or drop a file on this page. When the sound ends, its class is shown, or that it is unknown.",
    listening: "Listening",
    thinking: "Classifying",
    unknown: "unknown",
    unknownText: "Unlike anything it was trained on",
    nearest: (name: string) => `Nearest: “${name}”.`,
    unsure: "not sure",
    unsureText: "Not sure enough of any class",
    choose: "Try a file",
    understood: (text: string) => `Transcript: “${text}”`,
    history: "History",
    historyNone: "Nothing yet.",
    scores: "Probability of each class",
    clips: "Test recordings",
    clipsText: "The golem was not trained on these. Choose one to play and classify it.",
    truth: (label: string) => `Recorded as “${label}”`,
  },
  lessons: {
    title: "How it works, in four steps",
    step: (n: number) => `Step ${n} of 4`,
    record: {
      title: "You record a few examples",
      text: "Eight recordings per class are enough. Five already work; with a few more, the test says more. A child does not need a thousand examples either, because it can already hear.",
      state: (n: number, c: number) => `You have ${recordings(n)} in ${classes(c)}.`,
      none: "Your own recordings will be shown here.",
    },
    encoder: {
      title: "The encoder processes each recording once",
      text: "The encoder is a large network, trained on thousands of hours of speech. It is frozen: nothing in it changes. It turns each of your recordings into a few thousand numbers, the embedding, and those are kept.",
      state: (n: number) => `It has processed your ${recordings(n)} and need not do so again.`,
      shown: (shown: number, all: number) =>
        `The stripes are ${shown} of the ${all} numbers of each recording: those that differ most between your classes. Compare two recordings of one class with those of another.`,
    },
    head: {
      title: "A small head is trained",
      text: "From those numbers a very small network, the head, learns your classes: one weighted sum per class, no more. That is why it takes seconds, not weeks.",
      state: (s: number, trained: number, held: number) =>
        `Yours took ${s.toFixed(1)} s. It is right on ${formatShare(trained)} of its training recordings, and on ${formatShare(held)} of those it was not trained on. The second number is the one that counts.`,
      none: "Train, and the score will be shown here.",
    },
    balance: {
      title: "Where fitting becomes over-fitting",
      text: "With more units, the head learns your recordings by heart. Move the slider from one linear layer to a large network: does it also do better on recordings it was not trained on?",
      start: "Draw it for my recordings",
      measuring: (name: string) => `Training: ${name}`,
      slider: "Size of the head",
      trained: "training recordings",
      held: "held-out recordings",
      linear: "One linear layer",
      linearShort: "none",
      mlp: (units: string) => `Hidden layer of ${units}`,
      reading: (name: string, trained: number, held: number) =>
        `${name}: ${formatShare(trained)} of the training recordings, ${formatShare(held)} of the held-out ones.`,
      cut: (s: number) => `The missing sizes were stopped, or would take longer than ${s} seconds here.`,
      overFits: (name: string, points: number) =>
        `Over-fitting: the score on held-out recordings was best with “${name}” and is ${points} percentage points lower with the largest head, although that one fits the training recordings as well.`,
      fits: "No over-fitting to be seen here: with a larger head, the score on held-out recordings does not fall by more than chance. The embedding already separates your classes.",
      soundAlone: (said: number) =>
        `By sound alone: in your golem, the words of the transcript decide ${formatShare(said)}, so its own score differs.`,
      axis: "units in the hidden layer",
    },
    next: "Next",
    previous: "Back",
    begin: "Show me",
    invite: "See what happened in those seconds: four short steps, on your own recordings.",
    needGolem: "This needs two classes with a few recordings each.",
  },
  take: {
    title: "Download",
    lead: "The golem is yours: a folder that works in Node, on a server and in other browsers.",
    golem: "The golem",
    golemText:
      "The trained model, its score and a model card. It contains no audio, but lists file names and transcripts (training.json).",
    golemButton: "Download the golem",
    golemUse: "Unzip it where golem-audio is installed, then:",
    web: "A web page",
    webText:
      "A web site with the golem in it: visitors can drop files or speak, and nothing is sent anywhere. It contains no sound, no transcripts, and no names of recordings or speakers. It does contain the class, length and loudness of each recording, and single words where words decide. Up to 45 MB, because the networks are included.",
    webButton: "Download the page",
    webUse: "Unzip it on any server of static files, or here:",
    project: "The project",
    projectText: (n: number) =>
      `${recordings(n)} with their labels, the golem, its history and your settings in one zip file. Open it here again, in any browser.`,
    projectButton: "Download the project",
    projectUse: "golem train reads it too, as a folder with metadata.csv:",
    report: "The report",
    reportText:
      "Everything on the Result page and more as one HTML file with sound, to show to others: the same as golem report writes. It contains recordings, file names and transcripts.",
    reportButton: "Download the report",
    none: "Not trained yet, so there is no golem to download.",
    noData: "This task has no recordings.",
    preparing: "Packing…",
    saved: (name: string) => `${name} is in your downloads.`,
  },
  errors: {
    title: "Something went wrong",
    open: "This could not be opened",
    notThere:
      "This site does not have it. Start the studio once with a network connection, and it will be downloaded.",
    storage: "This browser does not let the page store anything",
    storageText:
      "Recording needs storage. Leave the private window, or allow this address to store data in the browser’s settings, and reload the page.",
    reload: "Reload the page",
    /** What happened, and what to do, by the code of the error. */
    codes: {
      "empty-file": ["The file is empty", "Copy it again from where it came from."],
      "not-audio": ["Not an audio file of a known kind", "Use WAV, MP3, FLAC, Ogg, Opus or AIFF."],
      "unsupported-codec": ["Unsupported kind of audio", "Convert it to WAV, FLAC or MP3."],
      "needs-ffmpeg": ["Unsupported kind of audio", "Convert it to WAV, FLAC or MP3."],
      "corrupt-audio": [
        "The recording is damaged",
        "Copy it again from where it came from, or record it again.",
      ],
      "no-samples": ["There is no sound in the file", "Record it again."],
      "too-short": ["Too short", "Record it again, with the whole sound in it."],
      "too-long": ["Too large", "Use a smaller part of it: at most 500 MB at once."],
      "above-8-khz": [
        "The sound is too high for the networks: they use what is below 8 kHz",
        "Slow the recording down, so that it comes below 8 kHz.",
      ],
      silent: ["Nothing to hear", "Come closer to the microphone, and record it again."],
      unreadable: ["The file cannot be read", "It may be damaged: copy or download it again."],
      "no-recordings": [
        "No recordings were found",
        "Choose audio files, a folder with a folder of recordings for each class, or a golem.",
      ],
      "invalid-data": [
        "A list of recordings cannot be read",
        "Correct the list, or remove it: then each folder is a class.",
      ],
      "conflicting-labels": ["A recording is in two classes", "Delete it from one of them."],
      "too-few-classes": ["There are fewer than two classes", "Record at least two classes."],
      "too-few-recordings": ["A class has too few recordings", "Record at least two of each class."],
      "golem-damaged": [
        "The golem is damaged",
        "Take the whole folder that training made, as it is, or a zip of it.",
      ],
      "golem-version": [
        "The golem was made by another version",
        "Open its recordings here and train it again, or use the version that made it.",
      ],
      "golem-not-found": ["This task has no golem yet", "Train first."],
      "unknown-encoder": [
        "The golem uses an encoder that the studio does not have",
        "Use it with golem predict or golem serve, or train it again with the default encoders.",
      ],
      behind: [
        "This machine is too slow to process the sound in time",
        "Some of the sound was skipped; close other programs.",
      ],
      "data-not-found": ["The sound no longer exists", "Delete the recording, and record it again."],
      "store-failed": [
        "The browser’s storage is full, so this was not saved",
        "Delete a task, then try again.",
      ],
      "weights-missing": ["The encoder’s files are missing", "Reload the page."],
      "weights-damaged": [
        "A file of this site is damaged",
        "Reload the page; if that does not help, contact whoever runs the site.",
      ],
      "fetch-failed": [
        "The site does not answer",
        "Check whether the studio is still running, then try again.",
      ],
      "encoder-failed": ["An encoder failed", "Reload the page; your recordings are saved."],
      unexpected: [
        "An unexpected error occurred",
        "Try again; if that does not help, reload the page. Your recordings are saved.",
      ],
    } satisfies Record<string, readonly [title: string, advice: string]>,
  },
};

/** The shape of every catalogue. */
export type Words = typeof english;
