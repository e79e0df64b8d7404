/**
 * Everything the studio says, in English. Its shape is that of every other language.
 *
 * Not its concern: where it is shown.
 */
import { formatClock, formatNumberOf } from "../../core/format.ts";
import type { FindingReason } from "../../doctor/finding.ts";
import { formatShare } from "../../view/format.ts";

const recordings = (n: number) => formatNumberOf(n, "recording");
const classes = (n: number) => (n === 1 ? "1 class" : `${n} classes`);
const whole = (share: number) => Math.round(100 * share);

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
    lead: "Words, voices, machines, animals: name them, record each eight times, and you have a golem that recognises them, with an honest score.",
    start: "New task",
    openFolder: "Open a folder",
    openFile: "Open a zip file",
    openHint: "A data set (one folder a class) or a golem made before.",
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
      banking: {
        name: "Bank requests",
        text: "What does the caller want? Synthetic speech, 14 kinds of request: here the words decide.",
      },
      drums: {
        name: "Drums",
        text: "Kick, snare, hi-hat, cymbal, tom or tabla? Real strokes, in the public domain (CC0).",
      },
      voice: {
        name: "Your voice commands",
        text: "“Yes”, “no” and “stop” are named already. Bring your voice: three minutes, and it obeys you.",
      },
    },
  },
  tabs: {
    label: "Steps",
    record: "Record",
    result: "Result",
    try: "Try it",
    lessons: "Lessons",
    take: "Take away",
    back: "All tasks",
  },
  task: {
    name: "Name of the task",
    missing: "This task is not there any more.",
  },
  record: {
    classesTitle: "Classes",
    add: "Add a class",
    addPlaceholder: "Name a class",
    addHint: "A word, a sound, a voice. Enter adds it.",
    addNext: "Enter adds another; once more, and you can record.",
    examples: "For example",
    exampleNames: ["yes", "no", "stop"],
    emptyTitle: "What should it tell apart?",
    emptyText:
      "Name at least two classes. A class is one kind of sound: a word you say, a clap, your washing machine.",
    rename: "Name of the class",
    remove: (name: string) => `Remove the class ${name}`,
    removeSure: (name: string, n: number) =>
      n === 0 ? `Remove “${name}”?` : `Remove “${name}” and its ${recordings(n)}?`,
    removeYes: "Remove",
    exists: (name: string) => `There is a class “${name}” already.`,
    of: (n: number, goal: number) => (n < goal ? `${n} of ${goal}` : String(n)),
    start: (name: string) => `Record “${name}”`,
    stop: "Stop",
    next: (name: string) => `Next: “${name}”`,
    again: (name: string) => `Record ${name} again`,
    againNow: "Once more: this take replaces the old one.",
    idle: (name: string, goal: number) =>
      goal === 1
        ? `Record “${name}” once. It stops by itself at the pause.`
        : `Record “${name}” ${goal} times in a row, with a short pause after each. It is cut at the pauses and stops by itself.`,
    idleWhole: "Each recording lasts from Record to Stop.",
    ready: "Get ready",
    listening: (name: string) => `“${name}”, a pause, and again`,
    hearing: "I hear you",
    whole: "Recording",
    complete: (name: string, n: number) => `“${name}” has ${recordings(n)}.`,
    allComplete: "Every class has enough. Now let it learn.",
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
    waiting: "not heard yet",
    refused: "left out",
    takenFor: (name: string) => `taken for ${name}`,
    heardAll: (n: number) => (n === 1 ? "The giant has heard it" : `The giant has heard all ${n}`),
    heardSome: (done: number, n: number) => `The giant listens: ${done} of ${n}`,
    loading: (share: number) => `The giant wakes up: ${formatShare(share)}`,
    loadFailed: "The networks could not be loaded.",
    learn: "Let it learn",
    needClasses: "It needs two classes with two recordings each",
    list: (name: string) => `Recordings of ${name}`,
    micDenied: "The browser may not use the microphone. Allow it in the address bar, then try again.",
    micMissing: "No microphone was found. Plug one in, or drop files instead.",
    micFailed: (why: string) => `The microphone does not work: ${why}`,
    added: (n: number) => `${recordings(n)} added.`,
    reading: (done: number, n: number) => `Reading ${done} of ${n}`,
    storageFull: "The disk of this browser is full: this was not kept. Delete a task, then try again.",
  },
  result: {
    emptyTitle: "Nothing learned yet",
    emptyText: "Record at least two classes, then let it learn. That takes about a second.",
    toRecord: "To the recordings",
    learning: "It learns",
    examined: "It is examined on recordings that were kept from it",
    stale: "The recordings have changed since it learned.",
    kicker: "Right on recordings it has not heard",
    unscored: "Not scored: a class has a single recording, so nothing could be kept for an examination.",
    between: (low: number, high: number) =>
      `With 95\u00a0% certainty it is between ${whole(low)} and ${whole(high)}\u00a0%.`,
    verdicts: {
      guessing:
        "So far this cannot be told from guessing. It needs more recordings, or sounds that differ more.",
      mostlyWrong: "Better than guessing, but mostly wrong. More recordings of each class help most.",
      perhapsWrong:
        "Better than guessing, but perhaps wrong more often than right. More recordings of each class help most.",
      useful: "Useful where a mistake costs little. More recordings of each class help most.",
      good: "Good. Keep trying it where it will be used.",
    },
    how: (n: number, folds: number, repeats: number) =>
      `Measured on all ${n} recordings, ${repeats} times over: one of ${folds} parts was kept away, it learned from the rest, and was asked about that part.`,
    howTest: (n: number) => `Measured on ${recordings(n)} that were kept from it.`,
    oneVoice: "It does not know whose voices these are. If all are yours, it may do worse for others.",
    chance: "guessing",
    onTrained: (share: number) => `On what it learned from: ${formatShare(share)}. That says little.`,
    took: (s: number) => `Learned and examined in ${s.toFixed(1)} s.`,
    next: "What would help most",
    nextRecord: (name: string) => `Record 5 more of “${name}”`,
    nextGain: (points: number, low: number, high: number) =>
      `About ${points.toFixed(1)} percentage points more (${low.toFixed(1)} to ${high.toFixed(1)}).`,
    nextNone: "No single class stands out. More recordings of each would narrow the interval.",
    nextMeasuring: "Measuring what more recordings would give",
    nextTry: "Try it on your microphone",
    curve: "What more recordings would give",
    curveText: (points: number, low: number, high: number) =>
      `Twice as many: about ${points.toFixed(1)} percentage points more (${low.toFixed(1)} to ${high.toFixed(1)}).`,
    curveAxis: "recordings of each class",
    curveNote: "Full line: measured. Broken line: forecast, for recordings like those there are.",
    confusion: "What is taken for what",
    confusionNone: "No recording was taken for another class.",
    confusionText: (truth: string, predicted: string) => `Most often “${truth}” is taken for “${predicted}”.`,
    confusionHint:
      "Rows: what it was. Columns: what it was taken for. Choose a cell to hear what lies behind it.",
    cell: (n: string, truth: string, predicted: string) =>
      truth === predicted ? `${n} of ${truth}, recognised` : `${n} of ${truth}, taken for ${predicted}`,
    recorded: "recorded",
    found: "found",
    behind: (truth: string, predicted: string) =>
      truth === predicted ? `“${truth}”, recognised` : `“${truth}”, taken for “${predicted}”`,
    times: (share: number) => `${formatShare(share)} of the times`,
    map: "How they lie to each other",
    mapText: "Near means alike to the golem’s ears. Choose a mark to hear it.",
    mapLabel: (n: number) => `Map of ${recordings(n)}. Arrow keys go from one to the next, Enter plays.`,
    doctor: "What the doctor found",
    doctorNone: "Nothing that would decide the score: no copies, no damaged or doubtful recordings.",
    doctorSome: (n: number) => `${formatNumberOf(n, "finding")} to look at.`,
    groups: (n: number) => formatNumberOf(n, "group"),
    severity: { severe: "severe", warning: "warning", note: "note" },
    details: "In detail",
    /** A finding's message in other words than the doctor's own. */
    describeFinding: (_: FindingReason): string | undefined => undefined,
    findings: {
      "likely-mislabelled": ["Perhaps in the wrong class", "Listen, and delete or move those that are."],
      "near-duplicate": ["Almost the same recording twice", "Copies flatter the score. Keep one of each."],
      silent: ["Nothing to hear", "Record them again."],
      quiet: ["Very quiet", "Come closer to the microphone."],
      clipped: ["Too loud: cut off at the top", "Keep more distance, and record them again."],
      "dc-offset": ["Off the zero line", "Harmless here; the sound card may be at fault."],
      "too-short": ["Shorter than the others", "Listen whether something was cut off."],
      "too-long": ["Longer than the others", "Listen whether something else is in them."],
      "sample-rate-mixture": [
        "Recorded in different qualities",
        "Where classes differ in it, the golem may learn the quality.",
      ],
      confounded: ["Something else gives the class away", "Record all classes alike: mixed, in one place."],
      "one-speaker": ["Voices cannot be kept apart", "Let others record too, if others are to use it."],
      "shared-speaker": ["The same voice on both sides", "The score is of voices that it knows."],
      imbalanced: ["Classes of very different size", "Record more of the small ones."],
      "too-few": ["Very few recordings", "Five or more of each class do well."],
      "unseen-label": ["A class only in the test part", "It cannot be recognised."],
      unreadable: ["Not readable", "Record them again."],
      damaged: ["Damaged files", "Record them again."],
    } as Record<string, readonly [string, string]>,
    views: "What it goes by",
    viewsText: (said: number) =>
      said < 0.005
        ? "By sound alone: the words it understands decide nothing here."
        : `${formatShare(said)} by the words it understands, ${formatShare(1 - said)} by how they sound.`,
    failed: "It could not learn",
  },
  try: {
    title: "Try it",
    emptyTitle: "Nothing to try yet",
    emptyText: "Let it learn first.",
    start: "Listen",
    stop: "Stop listening",
    idle: "Press Listen and make a sound, or drop a file on this page. What it knows is told when the sound ends; all else is unknown.",
    listening: "Listening",
    thinking: "Thinking",
    unknown: "unknown",
    unknownText: "Unlike anything it learned",
    unsure: "not sure",
    unsureText: "Not sure enough of any class",
    choose: "Try a file",
    understood: (text: string) => `It understood “${text}”`,
    history: "What it heard",
    historyNone: "Nothing yet.",
    scores: "How sure it is of each class",
  },
  lessons: {
    title: "How it works, in four steps",
    lead: "No magic, but close: lived through on your own recordings.",
    step: (n: number) => `Step ${n} of 4`,
    record: {
      title: "You bring a handful of examples",
      text: "Eight recordings of each class will do. Five already teach it; with a few more, the exam that it has to pass is worth more. A child does not need a thousand either, because it already knows how to hear.",
      state: (n: number, c: number) => `You have ${recordings(n)} in ${classes(c)}.`,
      none: "Your own recordings will stand here.",
    },
    giant: {
      title: "The giant listens, once",
      text: "A large network has heard thousands of hours of speech. It is frozen: nothing in it changes. It turns each of your recordings into a few thousand numbers, and those are kept.",
      state: (n: number) => `It has heard ${recordings(n)} of yours, and will not need to hear them again.`,
    },
    head: {
      title: "A tiny head learns",
      text: "From those numbers a very small network learns your classes: one weighted sum for each, no more. That is why it takes a second and not a week.",
      state: (s: number, trained: number, held: number) =>
        `Yours took ${s.toFixed(1)} s. It knows ${formatShare(trained)} of what it learned from, and ${formatShare(held)} of what it had not heard. The second number is the one that counts.`,
      none: "Let it learn, and its score will stand here.",
    },
    balance: {
      title: "Where fitting becomes over-fitting",
      text: "Give the head more room, and it learns your recordings by heart. Move the slider from one linear layer to a large network: does it also do better on what it has not heard?",
      start: "Draw it on my recordings",
      measuring: (name: string) => `In training: ${name}`,
      slider: "Size of the head",
      trained: "learned from",
      held: "not heard before",
      linear: "One linear layer",
      linearShort: "none",
      mlp: (units: string) => `Hidden layer of ${units}`,
      reading: (name: string, trained: number, held: number) =>
        `${name}: ${formatShare(trained)} of what it learned from, ${formatShare(held)} of what it has not heard.`,
      cut: (s: number) => `Those that are missing were stopped, or would take longer than ${s} seconds here.`,
      moral: "The upper line reaches the top and stays there. The lower line shows what the room was worth.",
      axis: "numbers in the hidden layer",
    },
    next: "Next",
    previous: "Back",
    begin: "Show me",
    invite: "See what happened in that second: four short steps, on your own recordings.",
    needGolem: "Two classes with a few recordings each are needed for this.",
  },
  take: {
    title: "Take it with you",
    lead: "The golem is yours: a folder that Node, a server and other browsers read.",
    golem: "The golem",
    golemText:
      "What it learned, its score and a model card. No sound is in it; names of recordings and the words it understood are (training.json).",
    golemButton: "Download the golem",
    golemUse: "Unpack it where golem-audio is installed, then:",
    web: "A page of its own",
    webText:
      "A web site with the golem in it: whoever opens it can drop files or speak, and nothing is sent anywhere. It holds no sound, no transcript, no name of a recording or a speaker. Of each recording it tells class, length and loudness, and it knows single words where words decide. Up to 45 MB, since the networks come along.",
    webButton: "Download the page",
    webUse: "Unpack it on any server of static files, or here:",
    data: "The recordings",
    dataText: (n: number) =>
      `${recordings(n)} with their labels, in folders and with metadata.csv, as golem train reads them.`,
    dataButton: "Download the recordings",
    none: "Nothing learned yet, so there is no golem to take.",
    noData: "This task has no recordings.",
    preparing: "Packing…",
    saved: (name: string) => `${name} is in your downloads.`,
  },
  errors: {
    title: "Something went wrong",
    open: "This could not be opened",
    notThere: "This site does not have it. Start the studio with a network once, and it will be fetched.",
    storage: "This browser lets the page keep nothing",
    storageText:
      "Nothing can be recorded without that. Leave the private window, or allow this address to store data in the browser’s settings, and reload the page.",
    reload: "Reload the page",
    /** What happened, and what to do, by the code of the error. */
    codes: {
      "empty-file": ["The file is empty", "Copy it again from where it came from."],
      "not-audio": ["No audio file of a kind known here", "Take WAV, MP3, FLAC, Ogg, Opus or AIFF."],
      "unsupported-codec": ["A kind of audio that is not known here", "Convert it to WAV, FLAC or MP3."],
      "needs-ffmpeg": ["A kind of audio that is not known here", "Convert it to WAV, FLAC or MP3."],
      "corrupt-audio": [
        "The recording is damaged",
        "Copy it again from where it came from, or record it again.",
      ],
      "no-samples": ["There is no sound in the file", "Record it again."],
      "too-short": ["Too short", "Record it again, with the whole sound in it."],
      "too-long": ["Too large", "Take a smaller piece of it: at most 500 MB at once."],
      silent: ["Nothing to hear", "Come closer to the microphone, and record it again."],
      unreadable: ["The file cannot be read", "It may be damaged: copy or download it again."],
      "no-recordings": [
        "No recordings were found",
        "Choose audio files, a folder with a folder of recordings for each class, or a golem.",
      ],
      "invalid-data": [
        "A list of recordings cannot be read",
        "Mend the list, or leave it out: folders are classes then.",
      ],
      "conflicting-labels": ["A recording is in two classes", "Delete it from one of them."],
      "too-few-classes": ["There is nothing to tell apart", "Record at least two classes."],
      "too-few-recordings": ["A class has too few recordings", "Record at least two of each class."],
      "golem-damaged": [
        "The golem is damaged",
        "Take the whole folder that training made, as it is, or a zip of it.",
      ],
      "golem-version": [
        "The golem was made by another version",
        "Open its recordings here and train it again, or use the version that made it.",
      ],
      "golem-not-found": ["This task has no golem yet", "Let it learn first."],
      "unknown-encoder": [
        "The golem listens with a network that the studio does not have",
        "Use it with golem predict or golem serve, or train it again with the default encoders.",
      ],
      behind: [
        "This machine cannot hear as fast as you sound",
        "Some of it was left out; close what else is running.",
      ],
      "data-not-found": ["The sound is not there any more", "Delete the recording, and record it again."],
      "weights-missing": ["The networks are not there", "Reload the page."],
      "weights-damaged": [
        "A file of this site is not what it should be",
        "Reload the page; if that does not help, tell whoever runs it.",
      ],
      "fetch-failed": [
        "The site does not answer",
        "Look whether the studio is still running, then try again.",
      ],
      "encoder-failed": ["A network failed", "Reload the page; what was recorded is kept."],
      unexpected: [
        "Something failed that should not",
        "Try again; if that does not help, reload the page. What was recorded is kept.",
      ],
    } as Record<string, readonly [string, string]>,
  },
};

/** The shape of every catalogue. */
export type Words = typeof english;
