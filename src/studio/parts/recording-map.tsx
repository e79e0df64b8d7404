/**
 * The map: every recording a mark with its class's number, near those that sound alike to the golem.
 *
 * Not its concern: how places were found.
 */
import { useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { getColourClass } from "../../view/class-marks.ts";
import { layOutMarks } from "../../view/map-layout.ts";
import { playing } from "../sound/player.ts";
import { isNarrow } from "../state/narrow.ts";
import { getClassIndex, learned, orderLabels } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { findKept } from "./behind.ts";
import { ClassMark } from "./class-mark.tsx";
import { playRecording } from "./play-button.tsx";
import { shortName } from "./recording-list.tsx";

/** Most marks that are drawn: the time for it grows with their square. */
const maximumPlaced = 500;

/** The section; nothing where no recording has a place. */
export function RecordingMap() {
  const { document, training } = learned.value!;
  const { labels } = document;
  const w = words.value;
  const pointed = useSignal<string>("");
  const group = useRef<SVGSVGElement>(null);
  const placed = useMemo(
    () =>
      [...training.recordings, ...(training.test ?? [])]
        .flatMap((account) => (account.map ? [{ ...account, map: account.map }] : []))
        .slice(0, maximumPlaced),
    [training],
  );
  const width = isNarrow.value ? 344 : 640;
  const radius = placed.length > 250 ? (isNarrow.value ? 6 : 8) : isNarrow.value ? 8.5 : 10;
  const { places, height } = useMemo(
    () =>
      layOutMarks(
        placed.map(({ map }) => map),
        width,
        radius,
      ),
    [placed, width],
  );
  if (placed.length < 3) return null;
  const walk = (event: KeyboardEvent, i: number) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const marks = group.current?.querySelectorAll<SVGGElement>(".dot");
    marks?.[(i + step + placed.length) % placed.length]?.focus();
  };
  return (
    <section aria-labelledby="map">
      <header>
        <h2 id="map">{w.result.map}</h2>
        <p class="lead">{w.result.mapText}</p>
      </header>
      <div class="map">
        <svg
          ref={group}
          class="picture"
          viewBox={`0 0 ${width} ${Math.ceil(height)}`}
          role="group"
          aria-label={w.result.mapLabel(placed.length)}
        >
          {placed.map((account, i) => {
            const [x, y] = places[i]!;
            const number = getClassIndex(account.label);
            const kept = findKept(account);
            const answer = account.votes?.[0]?.[0];
            const isWrong = answer !== undefined && labels[answer] !== account.label;
            const name = `${number + 1}, ${shortName(account)}, ${account.label}${isWrong ? `, ${w.record.takenFor(labels[answer]!)}` : ""}`;
            const play = () => kept && playRecording(kept.id);
            return (
              <g
                key={account.file}
                class={`dot ${getColourClass(number)}${isWrong ? " wrong" : ""}${kept && playing.value === kept.id ? " on" : ""}${radius < 9 ? " tiny" : ""}`}
                role="button"
                tabIndex={i === 0 ? 0 : -1}
                aria-label={name}
                onClick={play}
                onFocus={() => {
                  pointed.value = name;
                }}
                onMouseEnter={() => {
                  pointed.value = name;
                }}
                onKeyDown={(event) => {
                  if (event.key === "Enter" || event.key === " ") {
                    event.preventDefault();
                    void play();
                  } else walk(event, i);
                }}
              >
                <circle cx={x} cy={y} r={radius} />
                <text x={x} y={y + 0.37 * radius} text-anchor="middle">
                  {number + 1}
                </text>
              </g>
            );
          })}
        </svg>
        <div>
          <ul class="legend">
            {orderLabels(labels).map((label) => (
              <li key={label}>
                <ClassMark index={getClassIndex(label)} />
                <span>{label}</span>
              </li>
            ))}
          </ul>
          <p class="pointed" aria-hidden="true">
            {pointed.value}
          </p>
        </div>
      </div>
    </section>
  );
}
