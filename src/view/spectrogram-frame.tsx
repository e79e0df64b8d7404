/**
 * The axes of a spectrogram: frequency at its left, time below.
 *
 * Not its concern: the picture itself, which covers 0 to 8 kHz on the mel scale (workflow/report-clips.ts).
 */
import type { ComponentChildren } from "preact";

/** Frames a picture of a recording of this many seconds; undefined while that is not known. */
export function SpectrogramFrame(props: {
  readonly seconds: number | undefined;
  readonly children: ComponentChildren;
}) {
  const { seconds, children } = props;
  return (
    <div class="spectrogram">
      <div class="frequencies" aria-hidden="true">
        <span>8 kHz</span>
        <span>1</span>
        <span>0</span>
      </div>
      <div class="plane">{children}</div>
      <div class="times" aria-hidden="true">
        {[0, 0.5, 1].map((share) => (
          <span key={share}>{seconds === undefined ? " " : formatPlace(share * seconds, seconds)}</span>
        ))}
      </div>
    </div>
  );
}

/** A place in a recording: tenths of a second below ten seconds. */
function formatPlace(place: number, seconds: number): string {
  return `${place === 0 ? 0 : place.toFixed(seconds < 1 ? 2 : seconds < 10 ? 1 : 0)} s`;
}
