/**
 * The section of the map: the golem's recordings; a click plays one, pointing at one shows its name.
 *
 * Not its concern: how places were found, how the map is drawn (view/recording-map.tsx).
 */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { ClassMark } from "../../view/class-mark.tsx";
import { type MapMark, maximumMarks, RecordingMap } from "../../view/recording-map.tsx";
import { shortName } from "../data/task.ts";
import { playing } from "../sound/player.ts";
import { isNarrow } from "../state/narrow.ts";
import { getClassIndex, learned, orderLabels } from "../state/tasks.ts";
import { words } from "../words/language.ts";
import { findKept } from "./behind.ts";
import { playRecording } from "./play-button.tsx";

/** The section; nothing where no recording has a place. */
export function MapSection() {
  const { document, training } = learned.value!;
  const { labels } = document;
  const w = words.value;
  const pointed = useSignal("");
  const accounts = [...training.recordings, ...(training.test ?? [])];
  const marks = useMemo(
    () =>
      accounts
        .flatMap((account, index): MapMark[] => {
          if (!account.map) return [];
          const answer = account.votes?.[0]?.[0];
          const isWrong = answer !== undefined && labels[answer] !== account.label;
          const mistake = isWrong ? `, ${w.record.takenFor(labels[answer]!)}` : "";
          return [
            {
              index,
              position: account.map,
              number: getClassIndex(account.label),
              isTrained: index < training.recordings.length,
              isWrong,
              name: `${shortName(findKept(account) ?? account)}, ${account.label}${mistake}`,
            },
          ];
        })
        .slice(0, maximumMarks),
    [training, w],
  );
  if (marks.length < 3) return null;
  const find = ({ index }: MapMark) => findKept(accounts[index]!);
  const played = marks.find((mark) => playing.value !== undefined && find(mark)?.id === playing.value);
  return (
    <section aria-labelledby="map">
      <header>
        <h2 id="map">{w.result.map}</h2>
        <p class="lead">{w.result.mapText}</p>
      </header>
      <div class="map">
        <RecordingMap
          marks={marks}
          playing={played?.index}
          width={isNarrow.value ? 344 : 640}
          label={w.result.mapLabel(marks.length)}
          onChoose={(mark) => {
            const kept = find(mark);
            if (kept) void playRecording(kept.id);
          }}
          onPoint={({ name }) => {
            pointed.value = name;
          }}
        />
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
