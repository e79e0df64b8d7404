/**
 * A recording as a small picture.
 *
 * Not its concern: where it is shown.
 */

/** Bars around a middle line; empty where the recording was not decoded yet. */
export function Peaks({ peaks }: { readonly peaks: Uint8Array }) {
  const width = 2 * Math.max(1, peaks.length);
  let path = "";
  for (const [i, peak] of peaks.entries()) {
    const half = Math.max(0.6, (15 * peak) / 255);
    path += `M${2 * i} ${(16 - half).toFixed(1)}h1.2v${(2 * half).toFixed(1)}h-1.2z`;
  }
  return (
    <svg class="peaks" viewBox={`0 0 ${width} 32`} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}
