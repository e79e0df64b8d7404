/**
 * A small drawing for each task of the gallery: how such sounds look.
 *
 * Not its concern: what is opened.
 */
import type { DemoName } from "../state/bring-in.ts";

/** Height of a bar, 0 to 1, at a place from 0 to 1. */
const shapes: Readonly<Record<DemoName, (x: number, i: number) => number>> = {
  // Three words.
  voice: (x, i) => {
    const phase = (x * 3) % 1;
    return Math.max(
      0.04,
      Math.sin(Math.PI * Math.min(1, phase / 0.62)) ** 1.5 * (0.65 + 0.35 * Math.sin(i * 2.4)),
    );
  },
  // Strokes that fall off.
  drums: (x, i) => Math.max(0.04, Math.exp(-(((x * 6) % 1) * 4)) * (i % 17 < 9 ? 1 : 0.6)),
  // Running speech.
  banking: (x, i) =>
    Math.max(0.05, Math.abs(Math.sin(x * 21) * Math.sin(x * 9.3 + 1)) * (0.55 + 0.45 * Math.sin(i * 1.9))),
};

/** The drawing. */
export function DemoPicture({ name }: { readonly name: DemoName }) {
  const bars = 72;
  let path = "";
  for (let i = 0; i < bars; i++) {
    const half = 34 * shapes[name](i / bars, i);
    path += `M${5 * i + 4} ${(48 - half).toFixed(1)}v${(2 * half).toFixed(1)}`;
  }
  return (
    <svg viewBox="0 0 364 96" preserveAspectRatio="none" aria-hidden="true">
      <path d={path} stroke="currentColor" stroke-width="2.4" stroke-linecap="round" opacity="0.75" />
    </svg>
  );
}
