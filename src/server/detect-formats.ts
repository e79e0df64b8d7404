/**
 * Formats of the response of detect: JSON lines, server-sent events, and tables for other programs.
 *
 * Not its concern: requests, how events are found.
 */
import type { DetectedEvent } from "../detect/detector.ts";
import { createEventWriter, type EventFormat, eventFormatFacts } from "../detect/event-formats.ts";

/** Format in which events are written. */
export interface AnswerFormat {
  readonly type: string;
  event(event: DetectedEvent): string;
  /** Undefined if the format cannot contain an error. */
  readonly error?: (error: object) => string;
  end(): string;
}

/** Formats that can contain an error. */
export const streamFormats = {
  lines: {
    type: eventFormatFacts.json.mediaType,
    event: (event) => `${JSON.stringify(event)}\n`,
    error: (error) => `${JSON.stringify({ error })}\n`,
    end: () => "",
  },
  events: {
    type: "text/event-stream",
    event: (event) => `event: detection\ndata: ${JSON.stringify(event)}\n\n`,
    error: (error) => `event: error\ndata: ${JSON.stringify(error)}\n\n`,
    end: () => "event: end\ndata: {}\n\n",
  },
} as const satisfies Record<string, AnswerFormat>;

/** Writes a table; its header is written even if there is no event. */
export function createTableFormat(format: EventFormat, highHz: number): AnswerFormat {
  const writer = createEventWriter(format, highHz);
  let header = writer.header === undefined ? "" : `${writer.header}\n`;
  const takeHeader = (): string => {
    const taken = header;
    header = "";
    return taken;
  };
  return {
    type: eventFormatFacts[format].mediaType,
    event: (event) => `${takeHeader()}${writer.write(event)}\n`,
    end: takeHeader,
  };
}
