/**
 * Writes events as text for other programs: an optional header, then one line per event.
 *
 * Audacity: a label track (manual, "Importing and Exporting Labels"). Raven: a selection table (Raven Pro
 * User's Manual, chapter 6). CSV: RFC 4180.
 */
import { formatCsvRow } from "../core/csv-row.ts";
import { makePrintable } from "../core/printable.ts";
import type { DetectedEvent } from "./detector.ts";

/** The formats of events. */
export const eventFormats = ["json", "csv", "audacity", "raven"] as const;

/** One of the formats; json is JSON lines. */
export type EventFormat = (typeof eventFormats)[number];

/** What each format is, and its media type. */
export const eventFormatFacts = {
  json: { meaning: "one line per event", mediaType: "application/x-ndjson" },
  csv: { meaning: "a table", mediaType: "text/csv; charset=utf-8" },
  audacity: { meaning: "a label track", mediaType: "text/plain; charset=utf-8" },
  raven: { meaning: "a selection table", mediaType: "text/tab-separated-values; charset=utf-8" },
} as const satisfies Record<EventFormat, object>;

/** Writes events one by one. */
export interface EventWriter {
  /** The line before the first event, without line end; undefined if there is none. */
  readonly header: string | undefined;
  /** The next event as a line, without line end. */
  write(event: DetectedEvent): string;
}

/** Creates a writer. `highHz`: upper edge of Raven's boxes, half the sample rate of the classifier. */
export function createEventWriter(format: EventFormat, highHz = 8000): EventWriter {
  switch (format) {
    case "json":
      return {
        header: undefined,
        write: ({ start, end, label, confidence }) => JSON.stringify({ start, end, label, confidence }),
      };
    case "csv":
      return {
        header: "start,end,label,confidence",
        write: ({ start, end, label, confidence }) =>
          formatCsvRow([
            start.toFixed(3),
            end.toFixed(3),
            makePrintable(label, "\t\r\n"),
            confidence.toFixed(4),
          ]),
      };
    case "audacity":
      return {
        header: undefined,
        write: ({ start, end, label }) => [start.toFixed(6), end.toFixed(6), flatten(label)].join("\t"),
      };
    case "raven": {
      let selection = 0;
      return {
        header:
          "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tLabel\tConfidence",
        write: ({ start, end, label, confidence }) =>
          [
            ...[++selection, "Spectrogram 1", 1, start.toFixed(3), end.toFixed(3), 0, highHz],
            ...[flatten(label), confidence.toFixed(4)],
          ].join("\t"),
      };
    }
    default:
      return format satisfies never;
  }
}

/** Replaces tabs and line ends (tab-separated tables have no quoting); escapes control characters. */
const flatten = (text: string): string => makePrintable(text.replaceAll(/[\t\r\n]+/g, " "));
