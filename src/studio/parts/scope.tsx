/**
 * The spectrogram of the microphone over the last seconds, the newest at the right, with its level, a red
 * light and the time.
 *
 * Not its concern: where sound comes from, what is recorded.
 */
import { useEffect, useRef } from "preact/hooks";
import { formatClock } from "../../core/format.ts";
import { getShade } from "../../view/spectrogram-picture.ts";
import { bandCount, columnCount, elapsed, isTooLoud, levels } from "../state/levels.ts";
import { theme } from "../state/theme.ts";

/** The picture; it moves while `isOn`. */
export function Scope({ isOn }: { readonly isOn: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const picture = document.createElement("canvas");
    [picture.width, picture.height] = [columnCount, bandCount];
    const pixels = new ImageData(columnCount, bandCount);
    let frame = 0;
    const draw = () => {
      const ratio = devicePixelRatio || 1;
      const width = Math.round(element.clientWidth * ratio);
      const height = Math.round(element.clientHeight * ratio);
      if (element.width !== width || element.height !== height) {
        element.width = width;
        element.height = height;
      }
      context.clearRect(0, 0, width, height);
      if (isOn) {
        drawColumns(pixels);
        picture.getContext("2d")!.putImageData(pixels, 0, 0);
        context.drawImage(picture, 0, 0, width, height);
        drawLevel(context, element, width, height);
        frame = requestAnimationFrame(draw);
      } else {
        context.fillStyle = getComputedStyle(element).getPropertyValue("--line");
        for (let x = 0; x < width; x += 5 * ratio) context.fillRect(x, height / 2, 3 * ratio, 2 * ratio);
      }
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
  return (
    <div class="scope">
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas without a tabindex cannot be focused */}
      <canvas ref={canvas} aria-hidden="true" />
      {isOn && (
        <span class="on-air" aria-hidden="true">
          <i />
          {formatClock(elapsed.value).replace(/\.\d+$/, "")}
        </span>
      )}
    </div>
  );
}

/** The ring buffer as pixels, oldest first. */
function drawColumns(pixels: ImageData): void {
  for (let x = 0; x < columnCount; x++) {
    const column = ((levels.position + x) % columnCount) * bandCount;
    for (let band = 0; band < bandCount; band++) {
      const [red, green, blue] = getShade(levels.columns[column + band]!);
      pixels.data.set([red, green, blue, 255], 4 * ((bandCount - 1 - band) * columnCount + x));
    }
  }
}

/** The colour of the level, visible on the spectrogram in both themes. */
const levelColor = "#7fe0c3";

/** A bar at the right, as high as the level; red where it is too loud. */
function drawLevel(
  context: CanvasRenderingContext2D,
  element: HTMLElement,
  width: number,
  height: number,
): void {
  const thickness = Math.round(0.01 * width) + 2;
  const size = Math.round(levels.level * height);
  const style = getComputedStyle(element);
  context.fillStyle = isTooLoud.value ? style.getPropertyValue("--miss") : levelColor;
  context.fillRect(width - thickness, height - size, thickness, size);
}
