/**
 * The map: a mark per recording, with the number of its class, close to recordings with similar embeddings.
 * Arrow keys move from mark to mark.
 *
 * Not its concern: how positions were computed, how recordings are played.
 */
import { useMemo, useState } from "preact/hooks";
import { at } from "./chart.tsx";
import { getColourClass } from "./class-mark.tsx";
import { findNeighbours, layOutMarks } from "./map-layout.ts";

/** Maximum number of marks drawn: the time of the layout grows with their square. */
export const maximumMarks = 500;

/** With more marks than this, they are drawn smaller. */
const manyMarks = 250;

/** One recording on the map. */
export interface MapMark {
  /** Index in the list of all recordings. */
  readonly index: number;
  /** From 0 to 1, y downwards. */
  readonly position: readonly [x: number, y: number];
  /** Number of its class, from 0; -1 for a class that the golem does not have. */
  readonly number: number;
  /** Whether the golem was trained on it: a circle; else a square. */
  readonly isTrained: boolean;
  /** Whether it was misclassified. */
  readonly isWrong: boolean;
  /** Accessible name, after the number of the class. */
  readonly name: string;
}

/** Properties of {@link RecordingMap}. */
interface MapProps {
  /** Must be the same array while nothing changes, so that the layout is computed once. */
  readonly marks: readonly MapMark[];
  /** `index` of the mark whose recording is playing. */
  readonly playing?: number | undefined;
  /** Width in pixels. */
  readonly width: number;
  /** Accessible name of the drawing. */
  readonly label: string;
  /** A mark was clicked, or Enter or the space bar pressed on it. */
  readonly onChoose?: (mark: MapMark) => void;
  /** A mark was pointed at or got the focus. */
  readonly onPoint?: (mark: MapMark) => void;
}

const directions: Readonly<Record<string, number>> = {
  ArrowRight: 0,
  ArrowDown: 1,
  ArrowLeft: 2,
  ArrowUp: 3,
};

/**
 * The drawing. Its marks carry `data-rec` (place in the list), `data-of` (number of the class) and
 * `data-near` (the marks that the four arrow keys lead to, as in {@link findNeighbours}) for the script of a
 * static page.
 */
export function RecordingMap({ marks, playing, width, label, onChoose, onPoint }: MapProps) {
  const [reached, setReached] = useState(0);
  const isNarrow = width < 500;
  const radius = (isNarrow ? 7.5 : 10) * (marks.length > manyMarks ? 0.75 : 1);
  const layout = useMemo(
    () =>
      layOutMarks(
        marks.map(({ position }) => position),
        width,
        radius,
      ),
    [marks, width, radius],
  );
  const near = useMemo(() => findNeighbours(layout.places), [layout]);
  const handleKey = (event: KeyboardEvent, mark: MapMark, place: number) => {
    const direction = directions[event.key];
    if (event.key === "Enter" || event.key === " ") onChoose?.(mark);
    else if (direction !== undefined) {
      const { parentElement } = event.currentTarget as Element;
      const drawn = parentElement?.querySelectorAll<SVGElement>("[data-rec]");
      drawn?.[near[place]![direction]!]?.focus();
    } else return;
    event.preventDefault();
  };
  return (
    <svg
      class={`picture${radius < 8 ? " tiny" : ""}`}
      viewBox={`0 0 ${width} ${at(layout.height)}`}
      width={width}
      height={at(layout.height)}
      role="group"
      aria-label={label}
    >
      {marks.map((mark, place) => (
        <g
          key={mark.index}
          class={`dot ${getColourClass(mark.number)}${mark.isWrong ? " wrong" : ""}${mark.index === playing ? " on" : ""}`}
          role="button"
          tabindex={place === reached ? 0 : -1}
          data-rec={mark.index}
          data-of={mark.number}
          data-near={near[place]!.join(" ")}
          aria-label={`${nameNumber(mark)}, ${mark.name}`}
          onClick={onChoose && (() => onChoose(mark))}
          onMouseEnter={onPoint && (() => onPoint(mark))}
          onFocus={() => {
            setReached(place);
            onPoint?.(mark);
          }}
          onKeyDown={(event) => handleKey(event, mark, place)}
        >
          <Shape place={layout.places[place]!} radius={radius} isTrained={mark.isTrained} />
          <text
            x={at(layout.places[place]![0])}
            y={at(layout.places[place]![1] + 0.37 * radius)}
            text-anchor="middle"
          >
            {nameNumber(mark)}
          </text>
        </g>
      ))}
    </svg>
  );
}

const nameNumber = ({ number }: MapMark): string => (number < 0 ? "?" : String(number + 1));

function Shape(props: {
  readonly place: readonly [x: number, y: number];
  readonly radius: number;
  readonly isTrained: boolean;
}) {
  const {
    place: [x, y],
    radius,
    isTrained,
  } = props;
  return isTrained ? (
    <circle cx={at(x)} cy={at(y)} r={at(radius)} />
  ) : (
    <rect x={at(x - radius)} y={at(y - radius)} width={at(2 * radius)} height={at(2 * radius)} rx="3" />
  );
}
