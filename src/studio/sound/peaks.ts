/**
 * A recording as a small picture: the peak of each of its parts.
 *
 * Not its concern: files, how it is drawn.
 */

/** Parts of a picture. */
const peakCount = 64;

/** The peak of each part, 0 to 255, relative to that of the recording, to show quiet ones. */
export function computePeaks(samples: Float32Array): Uint8Array {
  const peaks = new Float32Array(peakCount);
  let most = 1e-4;
  for (let i = 0; i < samples.length; i++) {
    const part = Math.min(peakCount - 1, Math.floor((i * peakCount) / samples.length));
    const magnitude = Math.abs(samples[i]!);
    if (magnitude > peaks[part]!) peaks[part] = magnitude;
    if (magnitude > most) most = magnitude;
  }
  return Uint8Array.from(peaks, (peak) => Math.round((255 * peak) / most));
}
