// @ts-check
/**
 * The interactive parts of the report's page: the player, the lists behind the matrix, the map, the filter,
 * light and dark.
 *
 * This is plain JavaScript, because the text of this file is embedded in the page. It inserts data as text
 * only, never as HTML. It depends on the page only by ids, classes and data attributes.
 */

(() => {
  /** @typedef {{ file: string, label: string, told: string, text?: string, clip?: boolean, link?: string }} Entry */

  const root = document.documentElement;
  /** @param {string} id @returns {HTMLElement} */
  const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
  /** @param {string} selector @returns {HTMLElement[]} */
  const all = (selector) => [.../** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(selector))];
  /** @type {readonly Entry[]} */
  const entries = JSON.parse(find("recordings-data").textContent ?? "[]");

  // Light and dark.
  const theme = find("theme");
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

  // The player.
  const player = find("player");
  const audio = /** @type {HTMLAudioElement} */ (find("audio"));
  const words = find("player-text");
  let playing = -1;
  const markPlaying = () => {
    const active = audio.paused ? -1 : playing;
    for (const button of all("[data-play]")) {
      button.classList.toggle("on", Number(button.dataset.play) === active);
    }
    for (const mark of all("[data-rec]")) mark.classList.toggle("on", Number(mark.dataset.rec) === active);
  };
  /** @param {number} index */
  const play = (index) => {
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
      "The recording cannot be played: it was moved, or the browser does not support its format.";
    playing = -1;
    markPlaying();
  });
  find("player-close").addEventListener("click", () => {
    audio.pause();
    player.hidden = true;
    root.classList.remove("playing");
  });

  // The lists behind the matrix.
  /** @param {string} id */
  const open = (id) => {
    for (const list of all(".list")) list.hidden = list.id !== id;
    for (const cell of all("[data-cell]"))
      cell.setAttribute("aria-pressed", String(cell.dataset.cell === id));
  };

  // The tooltip of a mark on the map.
  const tip = find("tip");
  /** @param {HTMLElement} mark */
  const showTip = (mark) => {
    const entry = entries[Number(mark.dataset.rec)];
    if (!entry) return;
    tip.replaceChildren();
    for (const [name, text] of [
      ["strong", entry.label],
      ["span", entry.told],
      ["q", entry.text],
      ["small", entry.file],
    ]) {
      if (!name || !text) continue;
      const part = document.createElement(name);
      part.textContent = text;
      tip.append(part);
    }
    tip.hidden = false;
    const place = mark.getBoundingClientRect();
    const left = place.left + place.width / 2 - tip.offsetWidth / 2;
    const above = place.top - tip.offsetHeight - 8;
    tip.style.left = `${Math.max(8, Math.min(left, root.clientWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${above > 4 ? above : place.bottom + 8}px`;
  };
  const hideTip = () => {
    tip.hidden = true;
  };

  // Arrow keys on the map: `data-near` contains the mark to which each leads.
  /** @type {Readonly<Record<string, number>>} */
  const directions = { ArrowRight: 0, ArrowDown: 1, ArrowLeft: 2, ArrowUp: 3 };
  /** @param {HTMLElement} mark @param {number} direction */
  const step = (mark, direction) => {
    const next = Number(mark.dataset.near?.split(" ")[direction] ?? -1);
    const marks = /** @type {NodeListOf<HTMLElement>} */ (mark.parentElement?.querySelectorAll("[data-rec]"));
    const other = marks[next];
    if (!other) return;
    mark.setAttribute("tabindex", "-1");
    other.setAttribute("tabindex", "0");
    other.focus();
  };

  // Classes highlighted on the map.
  const map = /** @type {HTMLElement | null} */ (document.querySelector(".map"));
  /** @type {Set<string>} */
  const chosen = new Set();
  const markChosen = () => {
    map?.classList.toggle("filtered", chosen.size > 0);
    for (const button of all("[data-class]")) {
      button.setAttribute("aria-pressed", String(chosen.has(button.dataset.class ?? "")));
    }
    for (const mark of all("[data-of]")) mark.classList.toggle("chosen", chosen.has(mark.dataset.of ?? ""));
  };

  /** @param {EventTarget | null} target @param {string} selector @returns {HTMLElement | null} */
  const findAround = (target, selector) => (target instanceof Element ? target.closest(selector) : null);
  document.addEventListener("click", (event) => {
    const button = findAround(event.target, "[data-play], [data-cell], [data-class], [data-rec]");
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
  for (const name of ["pointerover", "focusin"]) {
    document.addEventListener(name, (event) => {
      const mark = findAround(event.target, "[data-rec]");
      if (mark) showTip(mark);
      else hideTip();
    });
  }
  document.addEventListener("scroll", hideTip, { passive: true });
  document.addEventListener("keydown", (event) => {
    const mark = findAround(event.target, "[data-rec]");
    if (event.key === "Escape") hideTip();
    if (!mark) return;
    const direction = directions[event.key];
    if (event.key === "Enter" || event.key === " ") play(Number(mark.dataset.rec));
    else if (direction !== undefined) step(mark, direction);
    else return;
    event.preventDefault();
  });
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (map && input instanceof HTMLInputElement && input.name === "colour") map.dataset.colour = input.value;
  });

  // The table of all recordings.
  const filter = /** @type {HTMLInputElement} */ (find("filter"));
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of all("#rows tbody tr")) {
      row.hidden = wanted !== "" && !(row.textContent ?? "").toLowerCase().includes(wanted);
    }
  });
})();
