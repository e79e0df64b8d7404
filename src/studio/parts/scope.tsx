/**
 * The level of the microphone over time, the newest at the right.
 *
 * Not its concern: where levels come from, what is recorded.
 */
import { useEffect, useRef } from "preact/hooks";
import { levelCount, levels } from "../state/levels.ts";
import { theme } from "../state/theme.ts";

/** The picture; it moves while `isOn`, in the accent while `isSounding`. */
export function Scope({ isOn, isSounding }: { readonly isOn: boolean; readonly isSounding: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const sounding = useRef(isSounding);
  sounding.current = isSounding;
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    let frame = 0;
    const draw = () => {
      const ratio = devicePixelRatio || 1;
      const width = Math.round(element.clientWidth * ratio);
      const height = Math.round(element.clientHeight * ratio);
      if (element.width !== width || element.height !== height) {
        element.width = width;
        element.height = height;
      }
      const style = getComputedStyle(element);
      const step = 5 * ratio;
      const bars = Math.min(levelCount, Math.floor(width / step));
      context.clearRect(0, 0, width, height);
      for (let i = 0; i < bars; i++) {
        const level = isOn ? levels.values[(levels.position - 1 - i + 2 * levelCount) % levelCount]! : 0;
        const size = Math.max(2 * ratio, level * (height - 16 * ratio));
        context.fillStyle = style.getPropertyValue(
          isOn && sounding.current && i < 12 ? "--accent" : level > 0.02 ? "--edge" : "--line",
        );
        context.fillRect(width - (i + 1) * step, (height - size) / 2, 3 * ratio, size);
      }
      if (isOn) frame = requestAnimationFrame(draw);
    };
    // After the theme has reached the page.
    frame = requestAnimationFrame(draw);
    const observer = new ResizeObserver(() => {
      if (!isOn) draw();
    });
    observer.observe(element);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
    };
  }, [isOn, theme.value]);
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without a tabindex cannot be focused
  return <canvas ref={canvas} class="scope" aria-hidden="true" />;
}
