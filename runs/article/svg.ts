/** Draws plain SVG: a page with colours for light and dark, line panels over named steps, bars. */

/** One line of a panel. */
export interface Line {
  /** Class of its colour: "training", "held" or "guess". */
  readonly kind: "training" | "held";
  readonly values: readonly number[];
  /** Interval of each value. */
  readonly band?: readonly (readonly [low: number, high: number])[];
}

/** A panel with one vertical axis over named steps. */
export interface Panel {
  readonly title: string;
  readonly steps: readonly string[];
  readonly lines: readonly Line[];
  /** Whether the first step is of another kind than the others; its points are then not joined with them. */
  readonly apart?: boolean;
  /** Value of the dashed line. */
  readonly guess: number;
  readonly maximum: number;
  readonly ticks: readonly number[];
  format(value: number): string;
}

/** A bar: a wide pale one, and a narrow one with its interval. */
export interface Bar {
  readonly name: string;
  readonly training: number;
  readonly held: number;
  readonly interval: readonly [low: number, high: number];
  readonly text: string;
}

const style = `
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
.title { font-weight: 600; }
.small { font-size: 12px; fill: #59636e; }
.page { fill: #ffffff; }
.axis { stroke: #d1d9e0; fill: none; }
.training { stroke: #bc4c00; fill: none; stroke-width: 2; }
.held { stroke: #0969da; fill: none; stroke-width: 2.5; }
.guess { stroke: #59636e; fill: none; stroke-dasharray: 5 4; stroke-width: 1.5; }
.training-dot { fill: #bc4c00; } .held-dot { fill: #0969da; }
.band { fill: #0969da; fill-opacity: 0.16; }
.pale { fill: #bc4c00; fill-opacity: 0.22; }
.whisker { stroke: #1f2328; stroke-width: 1.5; fill: none; }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc; } .small { fill: #9198a1; } .page { fill: #0d1117; } .axis { stroke: #3d444d; }
.training { stroke: #f0883e; } .held { stroke: #4493f8; } .guess { stroke: #9198a1; }
.training-dot { fill: #f0883e; } .held-dot { fill: #4493f8; }
.band { fill: #4493f8; fill-opacity: 0.25; } .pale { fill: #f0883e; fill-opacity: 0.28; } .whisker { stroke: #f0f6fc; }
}`;

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Text at a place; `anchor`: start, middle or end. */
export function drawText(
  x: number,
  y: number,
  text: string,
  { anchor = "start", kind = "" }: { anchor?: "start" | "middle" | "end"; kind?: string } = {},
): string {
  const safe = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${kind && ` class="${kind}"`}>${safe}</text>`;
}

/** A whole picture; `label` is read out by screen readers. */
export function drawPage(width: number, height: number, label: string, content: readonly string[]): string {
  const title = label.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${title}</title>
<style>${style}
</style>
<rect class="page" width="${width}" height="${height}" rx="6"/>
${content.join("\n")}
</svg>
`;
}

/** Draws one legend entry per line; `kind` is a class of lines or of bars. */
export function drawLegend(
  x: number,
  y: number,
  entries: readonly { kind: string; text: string }[],
): string[] {
  return entries.flatMap(({ kind, text }, i) => {
    const middle = y + 18 * i - 4;
    const isBar = kind === "pale" || kind === "held-dot";
    return [
      isBar
        ? `<rect class="${kind}" x="${x}" y="${middle - 6}" width="26" height="12"/>`
        : `<line class="${kind}" x1="${x}" x2="${x + 26}" y1="${middle}" y2="${middle}"/>`,
      drawText(x + 34, y + 18 * i, text, { kind: "small" }),
    ];
  });
}

/** An interval as a line with ends: across a bar, or upright at a point. */
function drawWhisker(from: number, to: number, across: number, upright = false): string {
  const d = upright
    ? `M${round(across)} ${round(from)}V${round(to)}m-5 0h10M${round(across - 5)} ${round(from)}h10`
    : `M${round(from)} ${round(across)}H${round(to)}m0 -5v10M${round(from)} ${round(across - 5)}v10`;
  return `<path class="whisker" d="${d}"/>`;
}

/** A panel in a rectangle, axis texts included. */
export function drawPanel(
  panel: Panel,
  { left, top, width, height }: { left: number; top: number; width: number; height: number },
): string[] {
  const { title, steps, lines, guess, maximum, ticks, format } = panel;
  const [x0, y0, x1, y1] = [left + 44, top + 26, left + width - 14, top + height - 24];
  const x = (step: number) => x0 + 10 + ((x1 - x0 - 20) * step) / Math.max(1, steps.length - 1);
  const y = (value: number) => y1 - ((y1 - y0) * value) / maximum;
  const at = (step: number, value: number) => `${round(x(step))},${round(y(value))}`;
  const parts = [drawText(left + 6, top + 12, title, { kind: "title" })];
  for (const tick of ticks) {
    parts.push(`<path class="axis" d="M${x0} ${round(y(tick))}H${x1}"/>`);
    parts.push(drawText(x0 - 6, y(tick) + 4, format(tick), { anchor: "end", kind: "small" }));
  }
  for (const [step, name] of steps.entries()) {
    parts.push(drawText(x(step), y1 + 18, name, { anchor: "middle", kind: "small" }));
  }
  parts.push(`<path class="guess" d="M${x0} ${round(y(guess))}H${x1}"/>`);
  const joined = panel.apart ? 1 : 0;
  for (const { kind, values, band } of lines) {
    if (band) {
      if (panel.apart) parts.push(drawWhisker(y(band[0]![0]), y(band[0]![1]), x(0), true));
      const upper = band.map(([, high], step) => at(step, high)).slice(joined);
      const lower = band.map(([low], step) => at(step, low)).slice(joined);
      lower.reverse();
      parts.push(`<polygon class="band" points="${[...upper, ...lower].join(" ")}"/>`);
    }
    parts.push(
      `<polyline class="${kind}" points="${values
        .map((value, step) => at(step, value))
        .slice(joined)
        .join(" ")}"/>`,
    );
    for (const [step, value] of values.entries()) {
      const [cx, cy] = at(step, value).split(",");
      parts.push(`<circle class="${kind}-dot" cx="${cx}" cy="${cy}" r="3.5"/>`);
    }
  }
  return parts;
}

/** Horizontal bars from 0 to 1 with a dashed line at `guess`; each is 34 high. */
export function drawBars(
  bars: readonly Bar[],
  guess: number,
  { left, top, width }: { left: number; top: number; width: number },
): string[] {
  const x = (value: number) => left + width * value;
  const parts: string[] = [];
  for (const [i, { name, training, held, interval, text }] of bars.entries()) {
    const y = top + 34 * i;
    const middle = y + 13;
    parts.push(drawText(left - 10, middle + 4, name, { anchor: "end" }));
    parts.push(
      `<rect class="pale" x="${left}" y="${y}" width="${round(width * training)}" height="26"/>`,
      `<rect class="held-dot" x="${left}" y="${y + 5}" width="${round(width * held)}" height="16"/>`,
      drawWhisker(x(interval[0]), x(interval[1]), middle),
      drawText(x(interval[1]) + 8, middle + 4, text),
    );
  }
  const end = top + 34 * bars.length - 4;
  parts.push(`<path class="guess" d="M${round(x(guess))} ${top - 6}V${end}"/>`);
  return parts;
}
