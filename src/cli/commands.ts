/**
 * The commands as data: names, arguments, options, help. The work is in commands/, loaded when a command runs.
 *
 * Not its concern: how arguments are parsed, what commands do.
 */
import { eventFormats } from "../detect/event-formats.ts";
import { pcmFormats } from "../detect/pcm-reader.ts";
import { exportFormats } from "../node/export/export-formats.ts";
import { serverDefaults } from "../server/server-defaults.ts";
import { studioPort } from "../server/studio-port.ts";
import {
  audioOptions,
  cutOption,
  detectOptions,
  encoderOption,
  headOption,
  layerOption,
  limitOption,
  movedEncoderOption,
  noAudioOption,
  type OptionSpecification,
  poolingOption,
  precisionOption,
  shotsOption,
  strictOption,
  transcriptOption,
} from "./command-options.ts";
import { integer, list, oneOf, port, positive, share, timeLimit } from "./option-values.ts";
import type { CommonOptions, Terminal } from "./terminal.ts";

/** One command. */
export interface CommandSpecification {
  readonly name: string;
  /** In commander's notation: "<required>", "[optional]", "<files...>". */
  readonly args: readonly string[];
  readonly description: string;
  readonly options: readonly OptionSpecification[];
  readonly help?: string;
  /** Loads the module that does the work; `runCommand` resolves with the exit code. */
  load(): Promise<{
    runCommand(
      // biome-ignore lint/suspicious/noExplicitAny: each command declares the arguments commander gives it
      args: any,
      // biome-ignore lint/suspicious/noExplicitAny: each command declares the options listed here
      options: CommonOptions & any,
      terminal: Terminal,
    ): Promise<number>;
  }>;
}

const dataHelp = `DATA is a folder with one folder a class; or a folder with metadata.csv or metadata.jsonl (file_name, label,
and if known speaker and split); or such a .csv or .jsonl file itself; or a data set of the Hugging Face Hub,
"hf:OWNER/NAME?config=C&split=S&label=COLUMN&speaker=COLUMN" (all after the ? may be left out; HF_TOKEN, HF_ENDPOINT,
HF_HOME and HF_HUB_OFFLINE are heeded). Of one on the Hub, only the recordings taken with --limit or --shots are fetched.`;

/** All commands, in the order in which help lists them. */
export const commands: readonly CommandSpecification[] = [
  {
    name: "train",
    args: ["<data>"],
    description: "train a golem on labelled recordings and say honestly how good it is",
    options: [
      { flags: "--out <dir>", description: "folder to save the golem in (required)", required: true },
      encoderOption,
      precisionOption,
      layerOption,
      poolingOption,
      headOption,
      shotsOption,
      limitOption,
      {
        flags: "--test <data>",
        description: "score on these recordings (default: rows with split test, else cross-validation)",
      },
      transcriptOption,
      ...audioOptions,
      strictOption,
    ],
    help: `${dataHelp}\n\nThe recipe of one linear layer on the last layer's mean:\n  npx golem train DATA --out DIR --head linear --layer last --pooling mean`,
    load: () => import("./commands/train.ts"),
  },
  {
    name: "predict",
    args: ["<golem>", "<files...>"],
    description: "say what recordings are",
    options: [movedEncoderOption],
    load: () => import("./commands/predict.ts"),
  },
  {
    name: "detect",
    args: ["<golem>", "<file>"],
    description: "say what is where in a long recording",
    options: [
      {
        flags: "--format <kind>",
        description: `${eventFormats.join(", ")} (default: lines for people)`,
        parse: oneOf(eventFormats),
      },
      ...detectOptions,
    ],
    help: `Sound with silence around it is heard as one recording, longer stretches in overlapping windows. Steady noise is not listened to, unless the
golem has classes of steady sound. What is unlike all classes, or most like _unknown, _background or _silence, is no event.
audacity is a label track, raven a selection table, json one line an event.`,
    load: () => import("./commands/detect.ts"),
  },
  {
    name: "listen",
    args: ["<golem>"],
    description: "say what is being heard, as it comes: from a pipe or the microphone",
    options: [
      {
        flags: "--rate <hz>",
        description: "sample rate of what is piped in (default: 16000)",
        parse: integer(1),
      },
      {
        flags: "--format <kind>",
        description: `samples of what is piped in: ${pcmFormats.join(" or ")}, one channel (default: s16le)`,
        parse: oneOf(pcmFormats),
      },
      { flags: "--device <name>", description: "which microphone, as arecord, ffmpeg or sox names it" },
      ...detectOptions,
    ],
    help: `Where standard input is a terminal, arecord, ffmpeg or sox records, whichever there is. Ctrl-C ends it.

ffmpeg -i SOURCE -f s16le -ac 1 -ar 16000 - | npx golem listen GOLEM`,
    load: () => import("./commands/listen.ts"),
  },
  {
    name: "evaluate",
    args: ["<golem>", "<data>"],
    description: "score a golem on recordings it was not trained on",
    options: [
      movedEncoderOption,
      limitOption,
      { flags: "--report <file>", description: "write a page about it: one HTML file, with sound" },
      noAudioOption,
      strictOption,
    ],
    help: dataHelp,
    load: () => import("./commands/evaluate.ts"),
  },
  {
    name: "curve",
    args: ["<data>"],
    description: "say how much more recordings would give, and of which class: a learning curve",
    options: [
      {
        flags: "--add <n>",
        description: "recordings to be added to one class, for what each class would gain (default: 5)",
        parse: integer(1),
      },
      encoderOption,
      precisionOption,
      layerOption,
      poolingOption,
      headOption,
      shotsOption,
      limitOption,
      transcriptOption,
      ...audioOptions,
      strictOption,
    ],
    help: dataHelp,
    load: () => import("./commands/curve.ts"),
  },
  {
    name: "compare",
    args: ["<data>"],
    description: "compare heads from nearest means to wide networks: where fitting becomes over-fitting",
    options: [
      {
        flags: "--budget <seconds>",
        description: "time for it, about: repeats are given up first, then the largest heads (default: 30)",
        parse: positive,
      },
      encoderOption,
      precisionOption,
      {
        ...layerOption,
        description:
          "layer for the heads on one layer: a number, last, or auto: the best by leave-one-out likelihood, in every fold (default: auto)",
      },
      poolingOption,
      shotsOption,
      limitOption,
      transcriptOption,
      ...audioOptions,
      strictOption,
    ],
    help: dataHelp,
    load: () => import("./commands/compare.ts"),
  },
  {
    name: "suggest",
    args: ["<golem>", "<pool...>"],
    description: "say which unlabelled recordings are worth labelling next, and why",
    options: [
      { flags: "--count <n>", description: "how many (default: 10)", parse: integer(1) },
      movedEncoderOption,
      strictOption,
    ],
    help: `POOL is a folder of recordings, folders in it included, or files, or any other form of DATA; labels are of no account.
Recordings that the golem was trained on, and the same audio twice, are never suggested.
Label a few at a time and train again: each golem has doubts of its own.`,
    load: () => import("./commands/suggest.ts"),
  },
  {
    name: "doctor",
    args: ["<data>"],
    description: "find what is wrong with labelled recordings before it decides the score",
    options: [
      encoderOption,
      precisionOption,
      limitOption,
      {
        flags: "--no-transcript",
        description: "judge labels by sound alone: speech is not written down",
      },
      ...audioOptions,
      strictOption,
    ],
    help: `${dataHelp}

Looks for wrong labels, copies (compressed, cut, louder, resampled) across classes and splits, labels that speaker, format, loudness
or duration give away, voices that cannot be kept apart, uneven classes, silence, clipping, offset, odd lengths, mixed sample rates and
unreadable files. Exits with 1 when something severe was found.`,
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "report",
    args: ["<golem>"],
    description:
      "write a page that shows how good a golem is and where it goes wrong: one HTML file, with sound",
    options: [
      { flags: "--out <file>", description: "F.html (default: report.html in the golem's folder)" },
      {
        flags: "--data <data>",
        description: "where the training recordings are now (default: where they were when it was trained)",
      },
      { flags: "--test <data>", description: "where the test recordings are now (default: likewise)" },
      noAudioOption,
      {
        flags: "--no-curve",
        description: "leave the learning curve out: the golem's training is not repeated on fewer recordings",
      },
    ],
    load: () => import("./commands/report.ts"),
  },
  {
    name: "export",
    args: ["<golem>"],
    description: "write a golem for other programs and other people, without what is private",
    options: [
      {
        flags: "--format <kind>",
        description: `${Object.entries(exportFormats)
          .map(([name, { description }]) => `${name}: ${description}`)
          .join("; ")} (required)`,
        required: true,
        parse: oneOf(Object.keys(exportFormats)),
      },
      { flags: "--out <path>", description: "file or folder to write (required)", required: true },
      { flags: "--force", description: "replace an export that is there already" },
      {
        flags: "--acoustic-only",
        description:
          "train again without words, for formats that cannot carry them, and tell the score of both",
      },
      {
        flags: "--data <data>",
        description:
          "for --acoustic-only and --include-audio: where the training recordings are now (default: where they were when it was trained)",
      },
      { flags: "--test <data>", description: "where the test recordings are now (default: likewise)" },
      {
        flags: "--include-audio",
        description: "put the training recordings in, as they are, under neutral names (huggingface)",
      },
      {
        flags: "--include-transcripts",
        description:
          "put in what was understood of the training recordings, and the words that count (huggingface, safetensors)",
      },
      {
        flags: "--licence <id>",
        description: "SPDX id under which you pass the golem on, for its card (default: unknown)",
      },
      movedEncoderOption,
    ],
    help: `Recordings and transcripts are in an export only where they are asked for; names of files and speakers, and places on this machine, never. What is in it is printed.`,
    load: () => import("./commands/export.ts"),
  },
  {
    name: "serve",
    args: ["<golems...>"],
    description: "answer for golems over HTTP",
    options: [
      {
        flags: "--port <n>",
        description: `port; 0 takes a free one (default: ${serverDefaults.port})`,
        parse: port,
      },
      {
        flags: "--host <address>",
        description: `address to listen on; 0.0.0.0 for all (default: ${serverDefaults.host})`,
      },
      {
        flags: "--allow-host <names>",
        description:
          "names in the Host header that are taken too, beside addresses and localhost; comma between them",
        parse: list,
      },
      {
        flags: "--cors <origins>",
        description:
          "origins of web pages that may use it, such as https://example.org; comma between them (default: none)",
        parse: list,
      },
      {
        flags: "--api-keys <file>",
        description:
          "file with the keys of those who may use it, one a line (default: GOLEM_API_KEYS; everybody without)",
      },
      {
        flags: "--max-body <megabytes>",
        description: `largest body taken (default: ${serverDefaults.maximumBodyBytes / 2 ** 20})`,
        parse: positive,
      },
      {
        flags: "--max-stream <megabytes>",
        description: `largest long recording that detect takes (default: ${serverDefaults.maximumStreamBytes / 2 ** 20})`,
        parse: positive,
      },
      {
        flags: "--max-hours <hours>",
        description: `longest recording that detect takes (default: ${serverDefaults.maximumStreamSeconds / 3600})`,
        parse: positive,
      },
      {
        flags: "--max-files <n>",
        description: `most files in one form (default: ${serverDefaults.maximumFiles})`,
        parse: integer(1),
      },
      {
        flags: "--queue <n>",
        description: `most requests waiting or at work; more are told to come again (default: ${serverDefaults.queue})`,
        parse: integer(1),
      },
      {
        flags: "--streams <n>",
        description: `most long recordings and live streams listened to at a time (default: ${serverDefaults.streams})`,
        parse: integer(1),
      },
      {
        flags: "--client-share <share>",
        description: `part of --queue and of --streams that one client (key, else address) may take (default: ${serverDefaults.clientShare})`,
        parse: share,
      },
      {
        flags: "--timeout <seconds>",
        description: `longest a request may take (default: ${serverDefaults.timeoutSeconds})`,
        parse: timeLimit,
      },
      { flags: "--workers <n>", description: "threads that listen (default: one a core)", parse: integer(1) },
      movedEncoderOption,
    ],
    help: `Answers at http://127.0.0.1:${serverDefaults.port} unless told otherwise; /docs there says what it answers. A golem is called what its folder is called,
and loaded again when the folder is replaced. Log lines (JSON) go to stderr; --quiet leaves them out. Ctrl-C answers what was accepted, then ends.`,
    load: () => import("./commands/serve.ts"),
  },
  {
    name: "embed",
    args: ["<data>"],
    description: "write the encoder's embeddings of every recording to a .parquet or .npz file",
    options: [
      { flags: "--out <file>", description: "F.parquet or F.npz (required)", required: true },
      encoderOption,
      precisionOption,
      cutOption,
      limitOption,
      ...audioOptions,
      strictOption,
    ],
    help: dataHelp,
    load: () => import("./commands/embed.ts"),
  },
  {
    name: "encoders",
    args: ["[action]", "[id]"],
    description: "list the encoders, or pull, verify, remove the weights of one",
    options: [precisionOption, cutOption],
    help: "Without an ID, pull fetches all that training without flags listens with. ID is a name in the list, OWNER/NAME[@REVISION] on the Hugging Face Hub, or a path.\n\ngolem encoders [list]      golem encoders pull [ID]      golem encoders verify [ID]      golem encoders remove ID",
    load: () => import("./commands/encoders.ts"),
  },
  {
    name: "demo",
    args: ["[name]"],
    description:
      "see it work: banking (synthetic requests in 14 classes, default), drums (real recordings) or minds14 (real callers, from the Hugging Face Hub)",
    options: [
      { flags: "--out <dir>", description: "folder to save the golem in (default: golem-demo-NAME)" },
    ],
    load: () => import("./commands/demo.ts"),
  },
  {
    name: "studio",
    args: [],
    description: "make a golem in the browser: record, train, try, take it away; nothing leaves this machine",
    options: [
      {
        flags: "--port <n>",
        description: `port on 127.0.0.1; 0 takes a free one (default: ${studioPort})`,
        parse: port,
      },
      { flags: "--no-open", description: "do not open a browser" },
      {
        flags: "--export <dir>",
        description: "write the studio as a static site, weights included, instead",
      },
    ],
    load: () => import("./commands/studio.ts"),
  },
  {
    name: "cache",
    args: ["[action]"],
    description: "stats (default) or clear: embeddings kept so that nothing is computed twice",
    options: [],
    load: () => import("./commands/cache.ts"),
  },
];
