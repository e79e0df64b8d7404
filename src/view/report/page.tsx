/**
 * The report: one self-contained HTML file.
 *
 * Its Content Security Policy (Level 3) allows one script and one style sheet by their hashes, embedded
 * pictures and sound, and linked recordings if there are any. Not its concern: how the data was computed.
 */

import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import { encodeBase64 } from "../../core/base64.ts";
import { keepPercents } from "../format.ts";
import { writeCalibration } from "./calibration-section.tsx";
import { writeConfusion } from "./confusion-section.tsx";
import { writeCurve } from "./curve-section.tsx";
import { Footer, writeRecordings, writeReproduction } from "./details-section.tsx";
import { writeFindings } from "./findings-section.tsx";
import { writeListening } from "./listen-section.tsx";
import { writeMap } from "./map-section.tsx";
import { describeAnswer } from "./recording-item.tsx";
import type { ReportData } from "./report-data.ts";
import { ScoreSection } from "./score-section.tsx";
import { writeViews } from "./views-section.tsx";

/** The script and the style sheet that are embedded in the page. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

/** Writes the page. The same data gives the same text. */
export function writeReport(data: ReportData, assets: PageAssets): string {
  const markup = renderMarkup(<Page data={data} assets={assets} />);
  // Not in the style sheet and the scripts, whose hashes the policy has.
  const [start, end] = [markup.indexOf("<body>"), markup.indexOf("<script")];
  const body = keepPercents(markup.slice(start, end));
  return `<!doctype html>\n${markup.slice(0, start)}${body}${markup.slice(end)}\n`;
}

function Page({ data, assets }: { readonly data: ReportData; readonly assets: PageAssets }) {
  const sections: readonly (readonly [id: string, name: string, content: VNode | undefined])[] = [
    ["mistakes", "errors", writeConfusion(data)],
    ["listen", "listen", writeListening(data)],
    ["map", "map", writeMap(data)],
    ["views", "views", writeViews(data)],
    ["trust", "calibration", writeCalibration(data)],
    ["curve", "more data", writeCurve(data)],
    ["doctor", "doctor", writeFindings(data)],
    ["recordings", "recordings", writeRecordings(data)],
    ["again", "reproduce", writeReproduction(data)],
  ];
  const shown = sections.filter(([, , content]) => content !== undefined);
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={writePolicy(data, assets)} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${data.name}: golem report`}</title>
        <link rel="icon" href="data:," />
        <style {...keepText(assets.style)} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the report
        </a>
        <nav class="top" aria-label="Sections">
          <span class="brand">golem report</span>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
          <div class="links" tabIndex={0} role="group" aria-label="Sections of this page">
            {shown.map(([id, name]) => (
              <a key={id} href={`#${id}`}>
                {name}
              </a>
            ))}
          </div>
          <button type="button" id="theme" hidden>
            Dark
          </button>
        </nav>
        <main id="main">
          <ScoreSection data={data} />
          {shown.map(([, , content]) => content)}
        </main>
        <Footer recordings={data.recordings} />
        <div id="tip" role="tooltip" hidden />
        <Player />
        <noscript>
          <p class="note">
            Without JavaScript, recordings cannot be played and lists cannot be opened; everything else is
            shown.
          </p>
        </noscript>
        <script
          type="application/json"
          id="recordings-data"
          {...keepText(encodeDataBlock(listForScript(data)))}
        />
        <script {...keepText(assets.script)} />
        <Clips recordings={data.recordings} />
      </body>
    </html>
  );
}

function Player() {
  return (
    <aside id="player" aria-label="Player" hidden>
      <div class="what">
        <p class="file" id="player-file" />
        <p id="player-text" />
      </div>
      {/* biome-ignore lint/a11y/useMediaCaption: the transcript is beside it */}
      <audio id="audio" controls />
      <button type="button" id="player-close" aria-label="Close the player">
        ×
      </button>
    </aside>
  );
}

/**
 * Inserts unescaped contents of an element. Only for this program's own texts and encoded data, never for
 * texts of the data set.
 */
function keepText(text: string) {
  return { dangerouslySetInnerHTML: { __html: text } };
}

/** Lists what the script needs of each recording: name, label, prediction, transcript, sound. */
function listForScript({ recordings }: ReportData) {
  return recordings.map((recording) => {
    const { file, label, text, audio } = recording;
    const source = audio && (audio.kind === "clip" ? { clip: true } : { link: audio.href });
    return { file, label, ...(text ? { text } : {}), told: describeAnswer(recording) ?? "", ...source };
  });
}

/**
 * Clips come last, each in its own element: the page is visible before they are loaded, and only clips that
 * are played are decoded.
 */
function Clips({ recordings }: Pick<ReportData, "recordings">) {
  return (
    <>
      {recordings.map(
        ({ audio }, index) =>
          audio?.kind === "clip" && (
            <script key={index} type="text/plain" id={`clip-${index}`}>
              {audio.base64}
            </script>
          ),
      )}
    </>
  );
}

function writePolicy({ recordings }: ReportData, { script, style }: PageAssets): string {
  const hash = (text: string) => `'sha256-${encodeBase64(sha256(utf8ToBytes(text)))}'`;
  const links = recordings.some(({ audio }) => audio?.kind === "link");
  return [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "img-src data:",
    `media-src data: blob:${links ? " 'self' file:" : ""}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/**
 * Control characters and lone surrogates, which HTML does not allow, and controls that change the direction
 * of the surrounding text.
 */
const forbidden = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\u202a-\u202e\u2066-\u2069]/gu;

/** Renders a component as HTML. The same component gives the same text. */
export function renderMarkup(content: VNode): string {
  return renderToString(content).replace(forbidden, "\ufffd");
}

/** Encodes data as JSON for a script element: no text in it can close the element. */
export function encodeDataBlock(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
