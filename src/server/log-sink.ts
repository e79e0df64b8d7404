/**
 * Writes log lines of limited length to a stream that may fail (a full disk, a closed pipe) or be too slow.
 * Lines that cannot be written are dropped and counted.
 */

import { makeJsonPrintable } from "../core/printable.ts";

/** Maximum length of a line, and maximum number of waiting characters. */
const maximumLine = 8192;
const maximumWaiting = 1024 * 1024;

/** A destination for pino. */
export interface LogSink {
  write(line: string): void;
  /** Gets the number of lines dropped so far. */
  getDropped(): number;
}

/** Creates the sink; an error of the stream drops lines, and the next written line states how many. */
export function createLogSink(stream: NodeJS.WritableStream): LogSink {
  let dropped = 0;
  let unreported = 0;
  let waiting = 0;
  const drop = (): void => {
    dropped++;
    unreported++;
  };
  // Without a listener, an error would end the process.
  stream.on("error", () => {});
  const send = (line: string, onDone: (error?: Error | null) => void): void => {
    waiting += line.length;
    stream.write(line, (error) => {
      waiting -= line.length;
      onDone(error);
    });
  };
  /** Reports how many lines are missing, when lines are written again. */
  const report = (): void => {
    if (unreported === 0) return;
    const count = unreported;
    unreported = 0;
    const record = {
      level: 40,
      time: new Date().toISOString(),
      dropped: count,
      msg: "log lines were dropped",
    };
    send(`${JSON.stringify(record)}\n`, (error) => {
      if (error) unreported += count;
    });
  };
  return {
    write(line) {
      if (waiting + line.length > maximumWaiting || !stream.writable) return drop();
      send(makeJsonPrintable(cutLine(line)), (error) => (error ? drop() : report()));
    },
    getDropped: () => dropped,
  };
}

/** Replaces a line that is too long by a short one that says so, with the same beginning. */
function cutLine(line: string): string {
  if (line.length <= maximumLine) return line;
  const start = line.slice(0, maximumLine / 4);
  return `${JSON.stringify({ level: 40, cut: line.length, start, msg: "a log line was too long" })}\n`;
}
