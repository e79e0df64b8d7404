/** Parts shared by all pictures: coordinates, the axis of shares, a drawing with an accessible name. */
import type { ComponentChildren } from "preact";
import { formatShare } from "./format.ts";

/** Rounds a coordinate to a tenth of a pixel. */
export function at(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Formats the points of a polygon or polyline. */
export function joinPoints(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y]) => `${at(x)},${at(y)}`).join(" ");
}

/** Formats the polygon between two lines over the same x coordinates. */
export function joinBand(
  points: readonly { readonly x: number; readonly low: number; readonly high: number }[],
): string {
  return joinPoints([
    ...points.map(({ x, high }) => [x, high] as const),
    ...[...points].reverse().map(({ x, low }) => [x, low] as const),
  ]);
}

/** A drawing; its size is in CSS pixels, `label` is its accessible name. */
export function Picture(props: {
  readonly width: number;
  readonly height: number;
  readonly label: string;
  readonly children: ComponentChildren;
}) {
  const { width, height, label, children } = props;
  return (
    <svg
      class="picture"
      viewBox={`0 0 ${at(width)} ${at(height)}`}
      width={at(width)}
      height={at(height)}
      role="img"
      aria-label={label}
    >
      {children}
    </svg>
  );
}

/** Text in a drawing; `kind` is a class of the style sheet, by default that of small grey text. */
export function PictureText(props: {
  readonly x: number;
  readonly y: number;
  readonly anchor?: "start" | "middle" | "end";
  readonly kind?: string;
  readonly children: ComponentChildren;
}) {
  const { x, y, anchor = "start", kind = "quiet", children } = props;
  return (
    <text x={at(x)} y={at(y)} text-anchor={anchor} class={kind}>
      {children}
    </text>
  );
}

/** Lines across a drawing at 0, 25, 50, 75 and 100 %, labelled at the left. `y`: a share's place. */
export function ShareLines(props: {
  readonly left: number;
  readonly right: number;
  readonly y: (share: number) => number;
}) {
  const { left, right, y } = props;
  return (
    <>
      {[0, 0.25, 0.5, 0.75, 1].map((tick) => (
        <g key={tick}>
          <path class="grid" d={`M${at(left)} ${at(y(tick))}H${at(right)}`} />
          <PictureText x={left - 8} y={y(tick) + 4} anchor="end">
            {formatShare(tick)}
          </PictureText>
        </g>
      ))}
    </>
  );
}
