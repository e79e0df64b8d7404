/**
 * What moves on the page: the player, the lists behind the matrix, the map, the filter, light and dark.
 *
 * `runPage` is carried into the page as its own source text, so it must use nothing from outside itself, and put data into the page
 * as text only, never as HTML.
 * Not its concern: how the page is written, beyond ids, classes and data attributes.
 */

/** Runs in the browser, once, at the end of the page. */
function runPage(): void {
  interface Entry {
    readonly file: string;
    readonly label: string;
    readonly told: string;
    readonly text?: string;
    readonly clip?: boolean;
    readonly link?: string;
  }
  const root = document.documentElement;
  const find = <T extends Element>(id: string): T => document.getElementById(id) as unknown as T;
  const all = <T extends Element>(selector: string): T[] => [...document.querySelectorAll<T>(selector)];
  const entries: readonly Entry[] = JSON.parse(find("recordings-data").textContent ?? "[]");

  const theme = find<HTMLButtonElement>("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const nameTheme = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
  };
  theme.hidden = false;
  nameTheme();
  system.addEventListener("change", nameTheme);
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
  });

  const player = find<HTMLElement>("player");
  const audio = find<HTMLAudioElement>("audio");
  const words = find<HTMLElement>("player-text");
  let playing = -1;
  const markPlaying = () => {
    const active = audio.paused ? -1 : playing;
    for (const button of all<HTMLElement>("[data-play]")) {
      button.classList.toggle("on", Number(button.dataset.play) === active);
    }
    for (const dot of all<SVGElement>("[data-rec]")) {
      dot.classList.toggle("on", Number(dot.dataset.rec) === active);
    }
  };
  const play = (index: number) => {
    const entry = entries[index];
    if (!entry) return;
    const { file, label, told, text, clip, link } = entry;
    if (playing === index && !audio.paused) {
      audio.pause();
      return;
    }
    find("player-file").textContent = file;
    words.textContent = [told ? `${label}: ${told}` : label, text ? `“${text}”` : ""]
      .filter(Boolean)
      .join("  ");
    player.hidden = false;
    root.classList.add("playing");
    audio.hidden = clip === undefined && link === undefined;
    if (audio.hidden) {
      audio.pause();
      playing = -1;
      return;
    }
    if (playing !== index) {
      audio.src = clip ? `data:audio/wav;base64,${find(`clip-${index}`).textContent}` : (link ?? "");
    }
    playing = index;
    audio.play().catch(() => {});
  };
  for (const name of ["play", "pause", "ended"]) audio.addEventListener(name, markPlaying);
  audio.addEventListener("error", () => {
    if (playing < 0) return;
    words.textContent =
      "It cannot be played: the recording is no longer where it was, or this browser does not know its format.";
    playing = -1;
    markPlaying();
  });
  find("player-close").addEventListener("click", () => {
    audio.pause();
    player.hidden = true;
    root.classList.remove("playing");
  });

  const open = (id: string) => {
    for (const list of all<HTMLElement>(".list")) list.hidden = list.id !== id;
    for (const cell of all<HTMLElement>("[data-cell]")) {
      cell.setAttribute("aria-pressed", String(cell.dataset.cell === id));
    }
  };

  const tip = find<HTMLElement>("tip");
  const showTip = (dot: SVGElement) => {
    const entry = entries[Number(dot.dataset.rec)];
    if (!entry) return;
    tip.replaceChildren();
    for (const [name, text] of [
      ["strong", entry.label],
      ["span", entry.told],
      ["q", entry.text],
      ["small", entry.file],
    ] as const) {
      if (!text) continue;
      const part = document.createElement(name);
      part.textContent = text;
      tip.append(part);
    }
    tip.hidden = false;
    const place = dot.getBoundingClientRect();
    const left = place.left + place.width / 2 - tip.offsetWidth / 2;
    const above = place.top - tip.offsetHeight - 8;
    tip.style.left = `${Math.max(8, Math.min(left, root.clientWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${above > 4 ? above : place.bottom + 8}px`;
  };
  const hideTip = () => {
    tip.hidden = true;
  };

  const focusDot = (dot: SVGElement, key: string) => {
    const here = dot.getBoundingClientRect();
    const across = key === "ArrowLeft" || key === "ArrowRight";
    const sign = key === "ArrowLeft" || key === "ArrowUp" ? -1 : 1;
    let best: SVGElement | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const other of dot.parentElement?.querySelectorAll<SVGElement>("[data-rec]") ?? []) {
      if (other === dot) continue;
      const there = other.getBoundingClientRect();
      const x = there.left - here.left;
      const y = there.top - here.top;
      const along = sign * (across ? x : y);
      const aside = Math.abs(across ? y : x);
      if (along <= 0.5) continue;
      const cost = along + 2 * aside;
      if (cost < least) {
        least = cost;
        best = other;
      }
    }
    if (!best) return;
    dot.setAttribute("tabindex", "-1");
    best.setAttribute("tabindex", "0");
    best.focus();
  };

  const map = document.querySelector<HTMLElement>(".map");
  const chosen = new Set<string>();
  const markChosen = () => {
    map?.classList.toggle("filtered", chosen.size > 0);
    for (const button of all<HTMLElement>("[data-class]")) {
      button.setAttribute("aria-pressed", String(chosen.has(button.dataset.class ?? "")));
    }
    for (const dot of all<SVGElement>("[data-of]")) {
      dot.classList.toggle("chosen", chosen.has(dot.dataset.of ?? ""));
    }
  };

  const getDot = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<SVGElement>("[data-rec]") : null;
  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = target?.closest<HTMLElement>("[data-play], [data-cell], [data-class], [data-rec]");
    if (!button) return;
    const { play: index, cell, rec, class: number } = button.dataset;
    if (index !== undefined) play(Number(index));
    else if (rec !== undefined) play(Number(rec));
    else if (cell !== undefined) open(cell);
    else if (number !== undefined) {
      if (!chosen.delete(number)) chosen.add(number);
      markChosen();
    }
  });
  document.addEventListener("pointerover", (event) => {
    const dot = getDot(event.target);
    if (dot) showTip(dot);
    else hideTip();
  });
  document.addEventListener("focusin", (event) => {
    const dot = getDot(event.target);
    if (dot) showTip(dot);
    else hideTip();
  });
  document.addEventListener("scroll", hideTip, { passive: true });
  document.addEventListener("keydown", (event) => {
    const dot = getDot(event.target);
    if (event.key === "Escape") hideTip();
    if (!dot) return;
    if (event.key === "Enter" || event.key === " ") play(Number(dot.dataset.rec));
    else if (event.key.startsWith("Arrow")) focusDot(dot, event.key);
    else return;
    event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (map && input instanceof HTMLInputElement && input.name === "colour") map.dataset.colour = input.value;
  });
  const filter = find<HTMLInputElement>("filter");
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of all<HTMLElement>("#rows tbody tr")) {
      row.hidden = wanted !== "" && !(row.textContent ?? "").toLowerCase().includes(wanted);
    }
  });
}

/** The script of the page. Some compilers wrap functions in a call that names them, which means nothing in a browser. */
export const pageScript = `"use strict";const __name=(value)=>value;(${runPage.toString()})();`;
