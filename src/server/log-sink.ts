/**
 * Where log lines go: lines of bounded length to a stream that may fail (a full disk, a closed pipe) or not keep
 * up. Lines that cannot be written are dropped and counted.
 *
 * Not its concern: what is logged.
 */

import { makeJsonPrintable } from "../core/printable.ts";

/** Longest line, in characters, and most characters waiting to be written. */
const maximumLine = 8192;
const maximumWaiting = 1024 * 1024;

/** A destination for pino. */
export interface LogSink {
  write(line: string): void;
  /** Lines dropped so far. */
  getDropped(): number;
}

/** Creates the sink; an error of the stream drops lines, and the next line written says how many. */
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
  /** Says how many lines are missing, once lines are written again. */
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

/** A line that is too long becomes a short one that says so and begins as it did. */
function cutLine(line: string): string {
  if (line.length <= maximumLine) return line;
  const start = line.slice(0, maximumLine / 4);
  return `${JSON.stringify({ level: 40, cut: line.length, start, msg: "a log line was too long" })}\n`;
}
