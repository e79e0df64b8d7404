/**
 * The parts of mediabunny that are used, so that bundles omit the others; to be loaded by `import()`.
 *
 * Not its concern: their use.
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

// Its messages about files are reported as warnings instead.
Logging.level = LogLevel.Silent;
