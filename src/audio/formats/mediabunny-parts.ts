/**
 * The parts of mediabunny that are used, so that bundles leave out the others; to be loaded by `import()`.
 *
 * Not its concern: what they do.
 */
import { Logging, LogLevel } from "mediabunny";

export {
  ADTS,
  AudioSampleSink,
  CustomSource,
  EncodedPacketSink,
  Input,
  MATROSKA,
  MP4,
  QTFF,
  ReadableStreamSource,
  WEBM,
} from "mediabunny";

// What it finds in files is reported by warnings.
Logging.level = LogLevel.Silent;
