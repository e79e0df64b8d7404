/**
 * Cause and remedy of every error code, for the page of errors, `golem help CODE` and the server's /docs.
 *
 * Not its concern: messages and hints, which state the facts of a single case.
 */
import type { ErrorCode } from "./error.ts";

/** Why an error arises, and what to do about it. */
export interface ErrorExplanation {
  /** The subject of an error. */
  readonly group:
    | "Recordings"
    | "Encoders"
    | "The Hugging Face Hub"
    | "Data sets"
    | "Training and evaluation"
    | "Golems and output"
    | "The server"
    | "Everywhere";
  readonly cause: string;
  readonly remedy: string;
}

/** Every error code, in the order of the stages that raise them. */
export const errorReference = {
  "empty-file": {
    group: "Recordings",
    cause: "The file has no bytes.",
    remedy: "Record or copy it again; an interrupted copy leaves such files.",
  },
  "not-audio": {
    group: "Recordings",
    cause: "The content of the file is not a known audio format, whatever its extension.",
    remedy: "Open it in an audio player. If it plays, convert it to WAV or FLAC; otherwise leave it out.",
  },
  "unsupported-codec": {
    group: "Recordings",
    cause: "The container is known, but its codec, number of channels or sample format is not.",
    remedy: "Convert the file to WAV, FLAC or Opus, for example with ffmpeg.",
  },
  "corrupt-audio": {
    group: "Recordings",
    cause: "The file starts like a recording, but contradicts itself or ends before any sound.",
    remedy: "Copy or export it again from its source.",
  },
  "no-samples": {
    group: "Recordings",
    cause: "The file is valid but contains no samples.",
    remedy: "Record it again, or leave it out.",
  },
  "too-long": {
    group: "Recordings",
    cause: "The recording is longer than the limit, which is 30 minutes unless set otherwise.",
    remedy:
      "Cut it, use `golem detect` for long recordings, or raise --max-seconds in training and embedding.",
  },
  "too-short": {
    group: "Recordings",
    cause: "Less than 20 ms of sound remain after trimming.",
    remedy:
      "Record it again with some time before and after the sound, or switch trimming off with --no-trim.",
  },
  silent: {
    group: "Recordings",
    cause: "The recording is silent.",
    remedy:
      "Check the microphone and its level. Recordings of silence belong in a class named _silence or _background.",
  },
  "above-8-khz": {
    group: "Recordings",
    cause: "Most of the energy is above the 8 kHz that the encoders use, and the recording is silent below.",
    remedy: "Slow the recordings down, all by the factor that the message names.",
  },
  "no-microphone": {
    group: "Recordings",
    cause:
      "`golem listen` found no program that records (arecord, ffmpeg, sox), or that program could not open the device.",
    remedy: "Install one of them, name the device with --device, or pipe samples in.",
  },
  "needs-ffmpeg": {
    group: "Recordings",
    cause: "This format is decoded by ffmpeg, and ffmpeg is not installed or could not decode the file.",
    remedy: "Install ffmpeg, or convert the file to WAV, FLAC, MP3 or Opus.",
  },
  unreadable: {
    group: "Recordings",
    cause:
      "A file or folder exists but cannot be opened: no permission, not a regular file, a failing disk, too many open files.",
    remedy: "Check permissions and disk; the message names the reason given by the system.",
  },
  "unknown-encoder": {
    group: "Encoders",
    cause:
      "The name is not a built-in encoder, a checkpoint of a known family, or a described ONNX model; or the encoder of a golem was moved.",
    remedy:
      "See `golem encoders`. A path starts with . or /; a model on the Hub is OWNER/NAME. If the encoder moved, give its location with --encoder.",
  },
  "weights-missing": {
    group: "Encoders",
    cause:
      "The encoder's weights are not on this machine, and could not be downloaded or downloads are switched off.",
    remedy: "Run `golem encoders pull ID` while there is a network.",
  },
  "weights-damaged": {
    group: "Encoders",
    cause: "The weights have another SHA-256 or another structure than expected.",
    remedy:
      "Run `golem encoders remove ID`, then `golem encoders pull ID`. For your own model, check its files.",
  },
  "fetch-failed": {
    group: "Encoders",
    cause: "A download failed: no network, a proxy, a registry or Hub that answered with an error.",
    remedy: "Check network, proxy and npm registry, and run the command again; completed downloads are kept.",
  },
  "invalid-layer": {
    group: "Encoders",
    cause: "The encoder has no layer of this number, or was cut below it.",
    remedy: "Choose one of the layers that the message names; `golem encoders` lists the number of layers.",
  },
  "encoder-failed": {
    group: "Encoders",
    cause:
      "The encoder gave no usable numbers for a recording: it failed, ran out of time or memory, or returned NaN.",
    remedy:
      "Try the recording alone. For your own model, compare its golem-encoder.json with its inputs and outputs.",
  },
  "hub-not-found": {
    group: "The Hugging Face Hub",
    cause: "There is no such repository, revision or file.",
    remedy: "Check owner, name and revision on the Hub's page.",
  },
  "hub-denied": {
    group: "The Hugging Face Hub",
    cause: "The repository is private or gated, or the token is wrong.",
    remedy: "Accept the conditions on the repository's page, and set HF_TOKEN to a token that may read it.",
  },
  "hub-damaged": {
    group: "The Hugging Face Hub",
    cause: "A downloaded file has another size or hash than the Hub states.",
    remedy: "Run the command again; behind a proxy, check whether it changes files.",
  },
  "cache-failed": {
    group: "The Hugging Face Hub",
    cause: "The cache folder cannot be written: disk full, no permission.",
    remedy: "Free space, or choose another folder with HF_HOME.",
  },
  "data-not-found": {
    group: "Data sets",
    cause: "There is no file or folder of this name; relative paths in a list are relative to the list.",
    remedy: "Check the path. If recordings moved after training, name their folder with --data.",
  },
  "invalid-data": {
    group: "Data sets",
    cause:
      "A list, table, annotation or folder cannot be understood: a missing column, a value of the wrong kind.",
    remedy: "Correct the line that the message names; docs/data.md shows every form.",
  },
  "no-recordings": {
    group: "Data sets",
    cause: "No recording is left: the folder is empty, or all were left out.",
    remedy: "Check the folder, and the reasons in the list of recordings that were left out.",
  },
  "too-few-classes": {
    group: "Data sets",
    cause: "Fewer than two classes have recordings.",
    remedy: "Put recordings into one folder per class, for at least two classes.",
  },
  "too-few-recordings": {
    group: "Data sets",
    cause: "A class has one recording, so none can be held out to measure the score.",
    remedy: "Record more, at least five per class, or name test recordings with --test.",
  },
  "duplicate-recording": {
    group: "Data sets",
    cause: "A recording occurs more than once under one label; it counts once.",
    remedy: "Delete the copies.",
  },
  "conflicting-labels": {
    group: "Data sets",
    cause: "The same recording has two labels.",
    remedy: "Decide on one of them; `golem doctor` lists all such recordings.",
  },
  "synthesis-failed": {
    group: "Data sets",
    cause: "A synthetic voice could not speak a text.",
    remedy:
      "Use words of the voice's language, without characters it cannot read; other languages need espeak-ng.",
  },
  "overlapping-labels": {
    group: "Data sets",
    cause: "A segment of a long recording overlaps one with another label by half of its length or more.",
    remedy: "Correct the annotations, so that each segment has one label.",
  },
  "not-annotated": {
    group: "Data sets",
    cause: "A recording in a folder of annotated recordings has no annotations.",
    remedy: "Annotate it, or move it elsewhere.",
  },
  "invalid-shape": {
    group: "Training and evaluation",
    cause: "Lengths of arrays do not match, or a table would be larger than its format allows.",
    remedy: "In a program, check the lengths that the message names; for tables, write .parquet.",
  },
  "invalid-option": {
    group: "Training and evaluation",
    cause:
      "An option has a value outside its range, or is not compatible with another option or with this golem.",
    remedy: "Use one of the values that the message names.",
  },
  "not-converged": {
    group: "Training and evaluation",
    cause: "A fit did not converge to finite numbers.",
    remedy: "Check the embeddings for extreme values, and please report it with the recordings' statistics.",
  },
  "golem-not-found": {
    group: "Golems and output",
    cause: "The folder does not exist or has no golem.json; on the server, no golem has this id.",
    remedy: "Name the folder given to --out in training.",
  },
  "golem-damaged": {
    group: "Golems and output",
    cause: "A file of the golem is missing, was changed, or contradicts golem.json.",
    remedy: "Copy the whole folder again from its source, or train again.",
  },
  "golem-version": {
    group: "Golems and output",
    cause: "The golem was written in another version of its format, or by another audio pipeline.",
    remedy: "Update the package if the golem is newer; otherwise train again with this version.",
  },
  "output-exists": {
    group: "Golems and output",
    cause: "The output path exists and may not be replaced.",
    remedy: "Name another path; exports are replaced with --force.",
  },
  "output-failed": {
    group: "Golems and output",
    cause: "The output could not be written: disk full, no permission.",
    remedy: "Free space, or write to another folder.",
  },
  "bad-request": {
    group: "The server",
    cause: "No recording can be read from the request: a malformed form, or an invalid query.",
    remedy: "Compare the request with the server's /docs.",
  },
  unauthorised: {
    group: "The server",
    cause: "The API key is missing or wrong.",
    remedy: "Send `Authorization: Bearer KEY` or `X-API-Key: KEY`.",
  },
  forbidden: {
    group: "The server",
    cause: "The Host or Origin of the request may not use this server.",
    remedy: "Start the server with --allow-host or --cors for this name.",
  },
  "not-found": {
    group: "The server",
    cause: "There is nothing at this address.",
    remedy: "See the server's /docs for its addresses.",
  },
  "method-not-allowed": {
    group: "The server",
    cause: "The address exists, but not for this method.",
    remedy: "Use the method in the header Allow.",
  },
  "request-timeout": {
    group: "The server",
    cause: "The body did not arrive in time.",
    remedy: "Send it faster, or in smaller requests.",
  },
  "too-large": {
    group: "The server",
    cause: "The request has more bytes or files than the server accepts.",
    remedy: "Send less at once, or raise --max-body, --max-stream or --max-files.",
  },
  "unsupported-media-type": {
    group: "The server",
    cause: "Content-Type or Content-Encoding is not that of a recording.",
    remedy: "Send a form, or the bytes of a recording with an audio type, uncompressed.",
  },
  overloaded: {
    group: "The server",
    cause: "The queue is full.",
    remedy: "Send the request again after the seconds in Retry-After; the limits are --queue and --streams.",
  },
  "too-many-requests": {
    group: "The server",
    cause: "The client already uses its share of the queue.",
    remedy: "Wait for answers before sending more; the limit is --client-share.",
  },
  "not-ready": {
    group: "The server",
    cause: "The golems are still loading, or the server is stopping.",
    remedy: "Send it again after the seconds in Retry-After.",
  },
  timeout: {
    group: "The server",
    cause: "The work took longer than a request may take.",
    remedy: "Send shorter recordings, or raise --timeout.",
  },
  "missing-package": {
    group: "Everywhere",
    cause: "An optional package is not installed: the AWS SDK for s3:// addresses, BullMQ for queues.",
    remedy: "Install it with the command in the hint.",
  },
  "queue-failed": {
    group: "Everywhere",
    cause: "The queue's server cannot be reached, or rejects the request.",
    remedy: "Check the address, the password and the server; completed shards are kept.",
  },
  usage: {
    group: "Everywhere",
    cause: "The command line is wrong: an unknown command or option, a missing or contradictory value.",
    remedy: "Run the command with --help.",
  },
  aborted: {
    group: "Everywhere",
    cause: "The work was interrupted by Ctrl-C, a signal, or a client that disconnected.",
    remedy: "Run it again; computed embeddings are kept.",
  },
  "store-failed": {
    group: "Everywhere",
    cause: "The store of embeddings cannot be read or written, or a stored value is damaged.",
    remedy: "Check the disk; `golem cache clear` empties the store, and missing values are computed again.",
  },
  unexpected: {
    group: "Everywhere",
    cause: "A bug in this program.",
    remedy: "Please report it with the message and the command.",
  },
} as const satisfies Record<ErrorCode, ErrorExplanation>;
