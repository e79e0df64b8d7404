/**
 * The commands as data: names, arguments, options, help. Their code is in commands/, and is loaded when a
 * command runs.
 *
 * Not its concern: how arguments are parsed.
 */
import { defaultAmounts, defaultRecipe } from "../core/default-recipe.ts";
import { eventFormatFacts, eventFormats } from "../detect/event-formats.ts";
import { pcmFormats } from "../detect/pcm-reader.ts";
import { eventDefaults } from "../evaluate/event-scores.ts";
import { exportFormats } from "../node/export/export-formats.ts";
import { queueDefaults } from "../node/queue/queue-defaults.ts";
import { defaultShardSize } from "../node/shards/run-defaults.ts";
import { serverDefaults } from "../server/server-defaults.ts";
import { studioPort } from "../server/studio-port.ts";
import {
  annotationOptions,
  augmentOptions,
  cutOption,
  dataOptions,
  detectOptions,
  deviceOption,
  encoderOption,
  falseAlarmsOption,
  fp16Option,
  keepOptions,
  layerOption,
  limitOption,
  movedEncoderOption,
  noAudioOption,
  type OptionSpecification,
  poolingOption,
  precisionOption,
  queueOption,
  runOption,
  shotsOption,
  strictOption,
  transcriptOption,
  viewOptions,
} from "./command-options.ts";
import { shells } from "./completion.ts";
import { helpTopics } from "./help-topics.ts";
import {
  integer,
  list,
  notNegative,
  oneOf,
  port,
  positive,
  share,
  shareOrZero,
  timeLimit,
  waitSeconds,
} from "./option-values.ts";
import type { CommonOptions, Terminal } from "./terminal.ts";

/** One command. */
export interface CommandSpecification {
  readonly name: string;
  /** In commander's notation: "<required>", "[optional]", "<files...>". */
  readonly args: readonly string[];
  /** Values of the first argument, if they are known; shells complete them. */
  readonly choices?: readonly string[];
  readonly description: string;
  readonly options: readonly OptionSpecification[];
  readonly help?: string;
  /** Loads the command's module; `runCommand` resolves with the exit code. */
  load(): Promise<{
    runCommand(
      // biome-ignore lint/suspicious/noExplicitAny: each command declares the arguments commander gives it
      args: any,
      // biome-ignore lint/suspicious/noExplicitAny: each command declares the options listed here
      options: CommonOptions & any,
      terminal: Terminal,
      program: ProgramDescription,
    ): Promise<number>;
  }>;
}

/** The commands and their usage, for commands that describe the program. */
export interface ProgramDescription {
  readonly commands: readonly CommandSpecification[];
  /** Returns the text of --help for the program or one command; undefined if there is no such command. */
  getUsage(command?: string): string | undefined;
}

const dataHelp = `DATA is a folder with one folder per class; a folder with metadata.csv or metadata.jsonl (file_name, label, and if known
speaker and split, or start and end of a segment in seconds); such a .csv or .jsonl file itself; a folder of long recordings with
annotations next to them (day.wav with day.txt, an Audacity label track or a Raven selection table); or a data set of the Hugging Face Hub,
"hf:OWNER/NAME?config=C&split=S&label=COLUMN&speaker=COLUMN" (everything after the ? is optional; HF_TOKEN, HF_ENDPOINT,
HF_HOME and HF_HUB_OFFLINE are honoured). From the Hub, only the recordings selected by --limit or --shots are downloaded.`;

/** All commands, in the order in which help lists them. */
export const commands: readonly CommandSpecification[] = [
  {
    name: "train",
    args: ["<data>"],
    description: "train a golem on labelled recordings and measure its held-out score",
    options: [
      { flags: "--out <dir>", description: "folder to save the golem in (required)", required: true },
      encoderOption,
      precisionOption,
      deviceOption,
      ...viewOptions,
      {
        flags: "--test <data>",
        description: "test on these recordings (default: rows with split test, otherwise cross-validation)",
      },
      transcriptOption,
      ...augmentOptions,
      {
        flags: "--negatives <n>",
        description: `number of pieces and noises per recording for measuring false alarms of detection; 0: no measurement (default: ${defaultAmounts.negatives}, for every third recording)`,
        parse: integer(0),
      },
      ...dataOptions,
    ],
    help: `${dataHelp}\n\nThe simplest recipe, one linear layer on the mean of the last layer:\n  npx golem train DATA --out DIR --head linear --layer last --pooling mean`,
    load: () => import("./commands/train.ts"),
  },
  {
    name: "synth",
    args: ["<words>"],
    description: "make recordings of words with synthetic voices",
    options: [
      {
        flags: "--out <data>",
        description: "folder of the data set; an existing one is extended (required)",
        required: true,
      },
      {
        flags: "--voices <n>",
        description:
          "maximum number of voices (default: 4 for English; espeak-ng, if installed, has more, and other languages)",
        parse: integer(1),
      },
      {
        flags: "--count <n>",
        description: `recordings per class (default: ${defaultAmounts.spokenRecordings})`,
        parse: integer(1),
      },
      {
        flags: "--language <code>",
        description: "language of the voices, such as de or pt-br (default: en)",
      },
    ],
    help: `WORDS is "yes,no,stop", or a text file: one class per line, or one wording per line as "class,wording".
The data set has a metadata.csv with speaker (the voice) and origin (synthetic). Training on synthetic and real recordings together weights
the synthetic ones by the likelihood of held-out real ones, and scores on the real ones.`,
    load: () => import("./commands/synth.ts"),
  },
  {
    name: "predict",
    args: ["<golem>", "<files...>"],
    description: "classify recordings",
    options: [movedEncoderOption],
    load: () => import("./commands/predict.ts"),
  },
  {
    name: "detect",
    args: ["<golem>", "<file>"],
    description: "find events in a long recording",
    options: [
      {
        flags: "--format <kind>",
        description: `${eventFormats.join(", ")} (default: text)`,
        parse: oneOf(eventFormats),
      },
      ...detectOptions,
      ...keepOptions,
    ],
    help: `Sound with silence on both sides is classified as one recording, longer stretches in overlapping windows. Steady noise is skipped unless the
golem has classes of steady sound. Sound unlike all classes, or most like _unknown, _background or _silence, is not an event.
Formats: ${eventFormats.map((format) => `${format}, ${eventFormatFacts[format].meaning}`).join("; ")}.`,
    load: () => import("./commands/detect.ts"),
  },
  {
    name: "listen",
    args: ["<golem>"],
    description: "find events in live sound, from a pipe or the microphone",
    options: [
      {
        flags: "--rate <hz>",
        description: "sample rate of the piped samples (default: 16000)",
        parse: integer(1),
      },
      {
        flags: "--format <kind>",
        description: `format of the piped samples: ${pcmFormats.join(" or ")}, one channel (default: s16le)`,
        parse: oneOf(pcmFormats),
      },
      { flags: "--device <name>", description: "microphone, by its name in arecord, ffmpeg or sox" },
      ...detectOptions,
      ...keepOptions,
    ],
    help: `If standard input is a terminal, the microphone is recorded with arecord, ffmpeg or sox, whichever is installed. Ctrl-C stops.

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
      ...annotationOptions,
      {
        flags: "--events",
        description: "detect in long annotated recordings and score the events",
      },
      {
        flags: "--tolerance <seconds>",
        description: `with --events: maximum difference of the start of an event (default: ${eventDefaults.tolerance})`,
        parse: positive,
      },
      { flags: "--report <file>", description: "write a report: one HTML file, with sound" },
      noAudioOption,
      strictOption,
    ],
    help: dataHelp,
    load: () => import("./commands/evaluate.ts"),
  },
  {
    name: "review",
    args: ["<dir>"],
    description: "label kept clips, or any folder of recordings, in the browser",
    options: [
      {
        flags: "--answers <file>",
        description: "read labels from this .csv (file_name, label) instead; an empty label removes one",
      },
      {
        flags: "--golem <dir>",
        description: "classify and sort recordings without a predicted class by this golem",
      },
      { flags: "--port <n>", description: "port on 127.0.0.1 (default: a free one)", parse: port },
      { flags: "--no-open", description: "do not open a browser" },
    ],
    help: `DIR is a folder of golem listen, detect or serve --keep DIR, or any folder of recordings. Those with the least certain class come first. Labels
are written to metadata.csv in DIR after every answer: golem update GOLEM DIR trains on them. "Wrong" labels a recording _unknown.`,
    load: () => import("./commands/review.ts"),
  },
  {
    name: "update",
    args: ["<golem>", "<data...>"],
    description: "train a golem again with more recordings, by the same recipe; new classes are allowed",
    options: [
      { flags: "--out <dir>", description: "folder to save the golem in (required)", required: true },
      {
        flags: "--data <data>",
        description: "where the training recordings are now (default: where they were when it was trained)",
      },
      ...annotationOptions,
      strictOption,
    ],
    help: `The recordings that the golem was trained on are identified by their hashes; missing ones are listed, and make the command fail with
--strict. Options and seed are those of the first training. golem diff compares the two golems.\n\n${dataHelp}`,
    load: () => import("./commands/update.ts"),
  },
  {
    name: "diff",
    args: ["<a>", "<b>", "[data]"],
    description: "compare two golems on the same held-out recordings",
    options: [
      {
        flags: "--fail-if-worse [margin]",
        description:
          "exit with 1 if B is worse: the interval of the difference is below 0, and the difference below -MARGIN (default: 0)",
        parse: shareOrZero,
      },
      limitOption,
      ...annotationOptions,
      { flags: "--report <file>", description: "write a page: one HTML file" },
    ],
    help: `Without DATA, the predictions that both golems stored for recordings held out of training are compared.`,
    load: () => import("./commands/diff.ts"),
  },
  {
    name: "curve",
    args: ["<data>"],
    description: "measure the learning curve: the gain from more recordings, in all and per class",
    options: [
      {
        flags: "--add <n>",
        description: `recordings to add to one class when estimating its gain (default: ${defaultAmounts.addedRecordings})`,
        parse: integer(1),
      },
      encoderOption,
      precisionOption,
      ...viewOptions,
      transcriptOption,
      ...augmentOptions,
      ...dataOptions,
    ],
    help: dataHelp,
    load: () => import("./commands/curve.ts"),
  },
  {
    name: "compare",
    args: ["<data>"],
    description:
      "compare heads, from class means to wide networks, to see where over-fitting begins; or encoders",
    options: [
      {
        flags: "--budget <seconds>",
        description: `approximate time; repeats are dropped first, then the largest heads (default: ${defaultAmounts.comparisonSeconds})`,
        parse: positive,
      },
      {
        flags: "--encoders <ids>",
        description:
          "compare these encoders instead of heads, separated by commas, such as auto,moonshine-base",
        parse: list,
      },
      encoderOption,
      precisionOption,
      {
        ...layerOption,
        description: `layer for heads on one layer: a number, last, or auto: the best by leave-one-out likelihood, in every fold (default: ${defaultRecipe.layer})`,
      },
      poolingOption,
      shotsOption,
      limitOption,
      transcriptOption,
      ...augmentOptions,
      ...dataOptions,
    ],
    help: dataHelp,
    load: () => import("./commands/compare.ts"),
  },
  {
    name: "suggest",
    args: ["<golem>", "<pool...>"],
    description: "choose which unlabelled recordings to label next, with reasons",
    options: [
      {
        flags: "--count <n>",
        description: `how many (default: ${defaultAmounts.suggestions})`,
        parse: integer(1),
      },
      movedEncoderOption,
      strictOption,
    ],
    help: `POOL is a folder of recordings with its subfolders, or files, or any other form of DATA; labels are ignored.
Training recordings of the golem and repeated audio are never suggested.
Label a few at a time and train again, since suggestions depend on the golem.`,
    load: () => import("./commands/suggest.ts"),
  },
  {
    name: "doctor",
    args: ["<data>"],
    description: "check recordings and labels for faults that distort the score",
    options: [
      encoderOption,
      precisionOption,
      limitOption,
      {
        flags: "--no-transcript",
        description: "check labels by sound only, without transcripts",
      },
      ...dataOptions,
    ],
    help: `${dataHelp}

Looks for doubtful labels, copies (compressed, cut, louder, resampled) across classes and splits, labels predictable from speaker, format,
loudness or duration, speakers that cannot be separated, uneven classes, silence, clipping, offset, unusual lengths, mixed sample rates and
unreadable files. Exits with 1 on a severe finding.`,
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "report",
    args: ["<golem>"],
    description: "write a report on a golem's score and mistakes: one HTML file, with sound",
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
        description: "omit the learning curve (training is not repeated on fewer recordings)",
      },
    ],
    load: () => import("./commands/report.ts"),
  },
  {
    name: "export",
    args: ["<golem>"],
    description: "export a golem for other programs and people, without private data",
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
      { flags: "--force", description: "overwrite an existing export" },
      {
        flags: "--acoustic-only",
        description: "train again without words, for formats that cannot contain them, and print both scores",
      },
      {
        flags: "--data <data>",
        description:
          "for --acoustic-only and --include-audio: where the training recordings are now (default: where they were when it was trained)",
      },
      { flags: "--test <data>", description: "where the test recordings are now (default: likewise)" },
      {
        flags: "--include-audio",
        description: "include the training recordings unchanged, under neutral names (huggingface)",
      },
      {
        flags: "--include-transcripts",
        description:
          "include the transcripts of the training recordings and the vocabulary (huggingface, safetensors)",
      },
      {
        flags: "--licence <id>",
        description: "SPDX id of the golem's licence, for its card (default: unknown)",
      },
      movedEncoderOption,
    ],
    help: `Recordings and transcripts are included only on request; names of files and speakers and paths of this machine never. The contents are printed.`,
    load: () => import("./commands/export.ts"),
  },
  {
    name: "serve",
    args: ["<golems...>"],
    description: "serve golems over HTTP",
    options: [
      {
        flags: "--port <n>",
        description: `port; 0 selects a free one (default: ${serverDefaults.port})`,
        parse: port,
      },
      {
        flags: "--host <address>",
        description: `address to listen on; 0.0.0.0 for all (default: ${serverDefaults.host})`,
      },
      {
        flags: "--allow-host <names>",
        description:
          "host names accepted in the Host header besides addresses and localhost, separated by commas",
        parse: list,
      },
      {
        flags: "--cors <origins>",
        description:
          "origins of web pages allowed to use the server, such as https://example.org, separated by commas (default: none)",
        parse: list,
      },
      {
        flags: "--api-keys <file>",
        description:
          "file with API keys, one per line (default: GOLEM_API_KEYS; without keys, anyone may use the server)",
      },
      {
        flags: "--max-body <megabytes>",
        description: `largest accepted body (default: ${serverDefaults.maximumBodyBytes / 2 ** 20})`,
        parse: positive,
      },
      {
        flags: "--max-stream <megabytes>",
        description: `largest recording for detect (default: ${serverDefaults.maximumStreamBytes / 2 ** 20})`,
        parse: positive,
      },
      {
        flags: "--max-hours <hours>",
        description: `longest recording for detect (default: ${serverDefaults.maximumStreamSeconds / 3600})`,
        parse: positive,
      },
      {
        flags: "--max-files <n>",
        description: `maximum files per form (default: ${serverDefaults.maximumFiles})`,
        parse: integer(1),
      },
      {
        flags: "--queue <n>",
        description: `maximum requests waiting or running; further ones get 503 (default: ${serverDefaults.queue})`,
        parse: integer(1),
      },
      {
        flags: "--streams <n>",
        description: `maximum concurrent long recordings and live streams (default: ${serverDefaults.streams})`,
        parse: integer(1),
      },
      {
        flags: "--client-share <share>",
        description: `share of --queue and --streams that one client (by key, otherwise by address) may use (default: ${serverDefaults.clientShare})`,
        parse: share,
      },
      {
        flags: "--timeout <seconds>",
        description: `time limit of a request (default: ${serverDefaults.timeoutSeconds})`,
        parse: timeLimit,
      },
      { flags: "--workers <n>", description: "worker threads (default: one per core)", parse: integer(1) },
      {
        flags: "--reload <seconds>",
        description: `interval of checks for new versions of golems; 0: only on SIGHUP (default: ${serverDefaults.reloadSeconds} for folders, ${serverDefaults.remoteReloadSeconds} for other machines)`,
        parse: waitSeconds,
      },
      {
        flags: "--drain <seconds>",
        description: `time for which requests are still accepted after SIGTERM, while /readyz answers 503 (default: ${serverDefaults.drainSeconds})`,
        parse: waitSeconds,
      },
      deviceOption,
      falseAlarmsOption,
      ...keepOptions,
      movedEncoderOption,
    ],
    help: `Serves http://127.0.0.1:${serverDefaults.port} by default; /docs there describes the interface. GOLEM is a golem's folder, a folder of
golems, s3://BUCKET/PREFIX of either, or hf:OWNER/NAME[@REVISION]. A golem's id is the last part of its name; new versions are loaded while the old ones answer. Log lines (JSON) go to stderr; --quiet omits them. Ctrl-C finishes accepted requests, then exits.`,
    load: () => import("./commands/serve.ts"),
  },
  {
    name: "embed",
    args: ["[data]"],
    description:
      "write the embeddings of every recording to a .parquet or .npz file, or embed shards of a run",
    options: [
      { flags: "--out <file>", description: "F.parquet or F.npz (required with DATA)" },
      encoderOption,
      precisionOption,
      deviceOption,
      cutOption,
      limitOption,
      ...dataOptions,
      { flags: "--run <run>", description: "embed the missing shards of this run" },
      {
        flags: "--shard <n>",
        description:
          "with --run: only this shard, from 0 (default: JOB_COMPLETION_INDEX, AWS_BATCH_JOB_ARRAY_INDEX or SLURM_ARRAY_TASK_ID if set)",
        parse: integer(0),
      },
      {
        flags: "--queue <url>",
        description: "with --run: put them into this queue, for golem work",
      },
      fp16Option,
      {
        flags: "--data <data>",
        description:
          "with --run: where the recordings are on this machine (default: where they were planned)",
      },
    ],
    help: `${dataHelp}\n\nThe encoders and audio settings of a run are those of golem plan.`,
    load: () => import("./commands/embed.ts"),
  },
  {
    name: "plan",
    args: ["<data>"],
    description: "divide recordings into shards, to embed them on many machines",
    options: [
      {
        flags: "--out <run>",
        description: "folder or s3://bucket/prefix of the run (required)",
        required: true,
      },
      {
        flags: "--shard-size <n>",
        description: `recordings per shard (default: ${defaultShardSize})`,
        parse: integer(1),
      },
      encoderOption,
      precisionOption,
      transcriptOption,
      fp16Option,
      ...dataOptions,
    ],
    help: `DATA is a folder or a list as for train, s3://bucket/prefix, or a folder or prefix with .tar archives (folders of classes, metadata.csv, or
NAME.cls and NAME.json next to NAME.wav) or .parquet files (columns audio and label, as on the Hugging Face Hub).
RUN gets a manifest and run.json; shards are written to it by golem embed --run RUN. Planning again finds the shards that are done.
S3 needs the package @aws-sdk/client-s3; AWS_ENDPOINT_URL names a server other than Amazon's.`,
    load: () => import("./commands/plan.ts"),
  },
  {
    name: "work",
    args: [],
    description: "embed shards from a queue until stopped",
    options: [
      queueOption,
      {
        flags: "--concurrency <n>",
        description: "recordings embedded at a time (default: one per core)",
        parse: integer(1),
      },
      {
        flags: "--lease <seconds>",
        description: `time without contact after which a worker's shard is given to another worker (default: ${queueDefaults.leaseSeconds})`,
        parse: integer(1),
      },
      {
        flags: "--drain <seconds>",
        description: `time to finish the current shard when stopped; after it the shard goes back into the queue (default: ${queueDefaults.drainSeconds})`,
        parse: notNegative,
      },
      { flags: "--exit-when-empty", description: "stop when the queue is empty (default: wait for more)" },
      {
        flags: "--metrics-port <n>",
        description: "port of /metrics for Prometheus (default: none)",
        parse: port,
      },
      {
        flags: "--metrics-host <address>",
        description: "address of /metrics; 0.0.0.0 for all (default: 127.0.0.1)",
      },
      {
        flags: "--data <data>",
        description: "where the recordings are on this machine (default: where they were planned)",
      },
      deviceOption,
    ],
    help: `Needs Redis or Valkey, and the packages bullmq and ioredis. A shard is tried three times. Ctrl-C or SIGTERM finishes the current one.`,
    load: () => import("./commands/work.ts"),
  },
  {
    name: "status",
    args: [],
    description: "show the progress of a run",
    options: [
      runOption,
      queueOption,
      { flags: "--watch", description: "repeat until all shards are done or have failed" },
    ],
    help: "Exits with 1 while shards have failed. Active and failed shards are known with --queue only.",
    load: () => import("./commands/status.ts"),
  },
  {
    name: "retry",
    args: [],
    description: "put the failed shards of a run back into the queue",
    options: [runOption, queueOption],
    load: () => import("./commands/retry.ts"),
  },
  {
    name: "encoders",
    args: ["[action]", "[id]"],
    choices: ["list", "pull", "verify", "remove"],
    description: "list encoders, or pull, verify, remove weights",
    options: [precisionOption, cutOption],
    help: "Without an ID, pull downloads the default encoders and transcriber. ID is a name in the list, OWNER/NAME[@REVISION] on the Hugging Face Hub, or a path.\n\ngolem encoders [list]      golem encoders pull [ID]      golem encoders verify [ID]      golem encoders remove ID",
    load: () => import("./commands/encoders.ts"),
  },
  {
    name: "demo",
    args: ["[name]"],
    choices: ["banking", "drums", "words", "minds14"],
    description:
      "train on a demo data set: banking (synthetic requests in 14 classes, default), drums (real recordings), words (three phrases, easy) or minds14 (real callers, from the Hugging Face Hub)",
    options: [
      { flags: "--out <dir>", description: "folder to save the golem in (default: golem-demo-NAME)" },
    ],
    load: () => import("./commands/demo.ts"),
  },
  {
    name: "studio",
    args: [],
    description: "record, train, try and export a golem in the browser; nothing leaves this machine",
    options: [
      {
        flags: "--port <n>",
        description: `port on 127.0.0.1; 0 selects a free one (default: ${studioPort})`,
        parse: port,
      },
      { flags: "--no-open", description: "do not open a browser" },
      {
        flags: "--export <dir>",
        description: "write the studio as a static site with weights instead",
      },
    ],
    load: () => import("./commands/studio.ts"),
  },
  {
    name: "help",
    args: ["[topic]"],
    choices: Object.keys(helpTopics),
    description: "explain a topic, a command or an error code",
    options: [],
    help: `Topics:\n${Object.entries(helpTopics)
      .map(([name, { about }]) => `  ${name.padEnd(12)}${about}`)
      .join("\n")}`,
    load: () => import("./commands/help.ts"),
  },
  {
    name: "completion",
    args: ["<shell>"],
    choices: shells,
    description: `print a script that completes commands, options and files: ${shells.join(", ")}`,
    options: [],
    help: `bash: add to ~/.bashrc   source <(golem completion bash)
zsh:  add to ~/.zshrc    source <(golem completion zsh)
fish: run once           golem completion fish > ~/.config/fish/completions/golem.fish`,
    load: () => import("./commands/completion.ts"),
  },
  {
    name: "cache",
    args: ["[action]"],
    choices: ["stats", "clear"],
    description: "stats (default) or clear: the cached embeddings",
    options: [],
    load: () => import("./commands/cache.ts"),
  },
];
