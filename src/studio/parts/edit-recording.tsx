/**
 * The dialog that trims, splits and moves a recording: its waveform with two handles.
 *
 * Not its concern: how recordings are kept.
 */
import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { encodeWav } from "../../audio/wav-writer.ts";
import { type KeptRecording, shortName } from "../data/task.ts";
import { cutAtPauses, cutAtPlaces, shortestPiece } from "../sound/pieces.ts";
import { stopPlaying, togglePlaying } from "../sound/player.ts";
import { moveRecording, replaceByPieces } from "../state/keep.ts";
import { startRecording } from "../state/recording.ts";
import { task } from "../state/tasks.ts";
import { getEmbedder } from "../state/workers.ts";
import { describeError } from "../words/failures.ts";
import { words } from "../words/language.ts";
import { SelectMove } from "./behind-list.tsx";

/** Rate of the samples, in Hz. */
const sampleRate = 16_000;
const bars = 240;

const edited = signal<KeptRecording | undefined>(undefined);

/** Opens the dialog on a recording. */
export function editRecording(recording: KeptRecording): void {
  edited.value = recording;
}

/** Where the dialog is shown; once a page. */
export function RecordingEditor() {
  const dialog = useRef<HTMLDialogElement>(null);
  const recording = edited.value;
  useEffect(() => {
    if (recording) dialog.current?.showModal();
    else dialog.current?.close();
  }, [recording]);
  return (
    <dialog ref={dialog} class="editor" aria-labelledby="edited" onClose={close}>
      {recording && <Editor key={recording.id} recording={recording} />}
    </dialog>
  );
}

function close(): void {
  stopPlaying();
  edited.value = undefined;
}

function Editor({ recording }: { readonly recording: KeptRecording }) {
  const w = words.value.edit;
  const samples = useSignal<Float32Array | undefined>(undefined);
  const failure = useSignal<unknown>(undefined);
  /** Start and end of the chosen part, in samples. */
  const part = useSignal<readonly [start: number, end: number]>([0, 0]);
  const pauses = useSignal<readonly Float32Array[]>([]);
  useEffect(() => {
    getEmbedder()
      .call("decode", { id: recording.id, name: recording.file })
      .then((decoded) => {
        samples.value = decoded;
        part.value = [0, decoded.length];
        pauses.value = cutAtPauses(decoded, sampleRate);
      })
      .catch((error: unknown) => {
        failure.value = error;
      });
  }, []);
  const all = samples.value;
  const [start, end] = part.value;
  const isWhole = !all || (start === 0 && end === all.length);
  const replace = (pieces: readonly Float32Array[]) => {
    close();
    void replaceByPieces(recording, pieces, sampleRate);
  };
  return (
    <>
      <h2 id="edited" tabIndex={-1} autofocus>
        {shortName(recording)}
      </h2>
      {failure.value !== undefined && <p class="note">{describeError(failure.value)}</p>}
      {all ? <Handles samples={all} part={part} /> : <div class="wave" />}
      <p class="note" aria-live="polite">
        {all ? w.chosen((end - start) / sampleRate, all.length / sampleRate) : ""}
      </p>
      <div class="actions">
        <button
          type="button"
          class="button small"
          disabled={!all}
          onClick={() => {
            const chosen = all!.subarray(start, end);
            void togglePlaying("chosen part", async () => encodeWav(chosen, sampleRate, "pcm16"));
          }}
        >
          {w.play}
        </button>
        <button
          type="button"
          class="button small primary"
          disabled={isWhole}
          onClick={() => replace([all!.slice(start, end)])}
        >
          {w.trim}
        </button>
        <button
          type="button"
          class="button small"
          disabled={isWhole}
          onClick={() => replace(cutAtPlaces(all!, part.value, sampleRate))}
        >
          {w.split}
        </button>
        <button
          type="button"
          class="button small"
          disabled={pauses.value.length < 2}
          onClick={() => replace(pauses.value)}
        >
          {w.pauses(pauses.value.length)}
        </button>
      </div>
      <div class="actions">
        {(task.value?.classes.length ?? 0) > 1 && (
          <SelectMove
            recording={recording}
            onMove={(label) => {
              close();
              void moveRecording(recording, label);
            }}
          />
        )}
        <button
          type="button"
          class="button small"
          onClick={() => {
            close();
            void startRecording({ label: recording.label, goal: 0, isCut: true, replaced: recording });
          }}
        >
          {w.again}
        </button>
        <button type="button" class="button small" onClick={close}>
          {words.value.close}
        </button>
      </div>
    </>
  );
}

/** The waveform, and a slider for each end of the chosen part. */
function Handles({
  samples,
  part,
}: {
  readonly samples: Float32Array;
  readonly part: { value: readonly [start: number, end: number] };
}) {
  const w = words.value.edit;
  const [start, end] = part.value;
  const { length } = samples;
  const shortest = Math.min(length, Math.ceil(shortestPiece * sampleRate));
  const place = (at: number) => `${(100 * at) / length}%`;
  const tell = (at: number) => words.value.seconds(at / sampleRate);
  const step = Math.max(1, Math.round(length / 500));
  return (
    <div class="wave">
      <Wave samples={samples} />
      <i style={{ left: 0, width: place(start) }} />
      <i style={{ left: place(end), right: 0 }} />
      <input
        type="range"
        {...{ min: 0, max: length, step, value: start }}
        aria-label={w.start}
        aria-valuetext={tell(start)}
        onInput={({ currentTarget }) => {
          part.value = [Math.max(0, Math.min(Number(currentTarget.value), end - shortest)), end];
          currentTarget.value = String(part.value[0]);
        }}
      />
      <input
        type="range"
        {...{ min: 0, max: length, step, value: end }}
        aria-label={w.end}
        aria-valuetext={tell(end)}
        onInput={({ currentTarget }) => {
          part.value = [start, Math.min(length, Math.max(Number(currentTarget.value), start + shortest))];
          currentTarget.value = String(part.value[1]);
        }}
      />
    </div>
  );
}

function Wave({ samples }: { readonly samples: Float32Array }) {
  const peaks = new Float32Array(bars);
  for (let i = 0; i < samples.length; i++) {
    const bar = Math.floor((i * bars) / samples.length);
    peaks[bar] = Math.max(peaks[bar]!, Math.abs(samples[i]!));
  }
  const most = Math.max(1e-4, ...peaks);
  const path = Array.from(peaks, (peak, i) => {
    const half = Math.max(0.5, (46 * peak) / most);
    return `M${i} ${(50 - half).toFixed(1)}h.7v${(2 * half).toFixed(1)}h-.7z`;
  }).join("");
  return (
    <svg viewBox={`0 0 ${bars} 100`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} fill="currentColor" />
    </svg>
  );
}
