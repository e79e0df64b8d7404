/**
 * The page that `golem export --format web` writes: predictions for files and the microphone, shown as bars.
 * Everything that comes from a golem or a file is set as text.
 */
import { GolemError } from "../core/error.ts";
import { formatClock, formatPercent } from "../core/format.ts";
import type { LiveState } from "../detect/detector.ts";
import { describeScored, getStanding } from "../evaluate/standing.ts";
import type { AudioPrediction } from "../golem/predict-embedded.ts";
import { formatShare, keepPercents } from "../view/format.ts";
import { describeChance, describeInterval, describeVerdict, judgeScore } from "../view/sentences.ts";
import { type Listening, loadGolem, type WebGolem } from "./golem.ts";
import { createElement, createTag, listBars, showBars } from "./page-parts.tsx";

/** Maximum number of answers kept on the page. */
const maximumAnswers = 200;
const maximumEvents = 50;
const maximumBars = 5;

const get = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

/** Shows the message and the hint of an error. */
function showError(error: unknown): void {
  const { message, hint } = error instanceof GolemError ? error : { message: String(error), hint: "" };
  const box = get("error");
  box.replaceChildren(createElement("p", message), ...(hint ? [createElement("p", hint)] : []));
  box.hidden = false;
}

function showAnswer(item: HTMLElement, answer: AudioPrediction): void {
  const { label, confidence, scores, unknown, transcript, warnings } = answer;
  const line = createElement("p", "");
  line.append(createElement("span", label, "label"), ` ${formatShare(confidence)} `);
  // Shown as a tag, so that it is not confused with a class of the same name.
  if (unknown) line.append(createTag("unknown"));
  const bars = createElement("ul", "", "bars");
  showBars(bars, listBars(scores), maximumBars);
  item.append(line, bars);
  if (transcript) item.append(createElement("p", `“${transcript}”`, "words"));
  for (const { message } of warnings) item.append(createElement("p", message, "quiet"));
}

async function embedFiles(golem: WebGolem, files: Iterable<File>): Promise<void> {
  const list = get("answers");
  get("answers-section").hidden = false;
  for (const file of files) {
    const item = createElement("li", "");
    const state = createElement("p", "listening ...", "quiet");
    item.append(createElement("p", file.name, "file"), state);
    list.prepend(item);
    while (list.childElementCount > maximumAnswers) list.lastElementChild?.remove();
    golem
      .predict(file)
      .then(
        (answer) => showAnswer(item, answer),
        (error: unknown) => item.append(createElement("p", (error as Error).message, "failed")),
      )
      .finally(() => state.remove());
  }
}

function takeFiles(golem: WebGolem): void {
  const input = get<HTMLInputElement>("files");
  input.addEventListener("change", () => {
    void embedFiles(golem, [...(input.files ?? [])]);
    input.value = "";
  });
  const zone = get("drop");
  // Handled on the whole page, so that a file dropped outside the zone does not replace the page.
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) zone.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    void embedFiles(golem, [...(event.dataTransfer?.files ?? [])]);
  });
}

function showState({ levelDb, scores, unknown, isSound }: LiveState): void {
  get<HTMLMeterElement>("level").value = Math.max(-80, levelDb);
  const bars = [...listBars(scores), { name: "unknown", share: unknown, isFlag: true }];
  showBars(get("bars"), isSound ? bars : bars.map((bar) => ({ ...bar, share: 0 })), maximumBars + 1);
}

function showEvent(label: string, start: number, confidence: number): void {
  const list = get("events");
  const item = createElement("li", `${formatClock(start)}  `);
  item.append(createElement("strong", label), ` ${formatShare(confidence)}`);
  list.prepend(item);
  while (list.childElementCount > maximumEvents) list.lastElementChild?.remove();
}

function takeMicrophone(golem: WebGolem): void {
  const button = get<HTMLButtonElement>("listen");
  let current: { readonly listening: Listening; readonly stream: MediaStream } | undefined;
  const show = (isOn: boolean): void => {
    button.setAttribute("aria-pressed", String(isOn));
    button.textContent = isOn ? "Stop listening" : "Listen";
  };
  const stop = async (): Promise<void> => {
    const { listening, stream } = current ?? {};
    current = undefined;
    show(false);
    await listening?.stop().catch(showError);
    for (const track of stream?.getTracks() ?? []) track.stop();
  };
  const start = async (): Promise<void> => {
    // Live sound must be as unprocessed as the training recordings.
    const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    get("live-state").hidden = false;
    const listening = await golem.listen(stream, {
      onEvent: ({ label, start, confidence }) => showEvent(label, start, confidence),
      onState: showState,
    });
    current = { listening, stream };
    show(true);
    listening.done.catch((error: unknown) => {
      showError(error);
      void stop();
    });
  };
  button.addEventListener("click", async () => {
    button.disabled = true;
    get("error").hidden = true;
    await (current ? stop() : start()).catch(showError);
    button.disabled = false;
  });
}

function describe({ labels, evaluation }: WebGolem): void {
  const most = 12;
  const more = labels.length > most ? ` and ${labels.length - most} more` : "";
  get("classes").textContent = `This golem tells apart ${labels.slice(0, most).join(", ")}${more}.`;
  get("score").textContent = evaluation
    ? keepPercents(
        `On ${describeScored(evaluation)} it was right in ${formatPercent(evaluation.balancedAccuracy)} of cases (${describeInterval(evaluation)}); ${describeChance(evaluation)}.${describeLimit(evaluation)}`,
      )
    : "How often it is right has not been measured.";
}

/** Describes the limits of the score, if there are any. */
function describeLimit(evaluation: NonNullable<WebGolem["evaluation"]>): string {
  if (getStanding(evaluation) === undefined && judgeScore(evaluation) !== "noMistake") return "";
  const text = describeVerdict(evaluation);
  return ` ${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

const formatMegabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

async function start(): Promise<void> {
  const bar = get<HTMLProgressElement>("loading-bar");
  try {
    const golem = await loadGolem("golem/", {
      onProgress: ({ completed, total }) => {
        if (!total) return;
        bar.value = completed / total;
        get("loading-text").textContent =
          completed < total
            ? `Loading the golem: ${formatMegabytes(completed)} of ${formatMegabytes(total)} MB`
            : "Starting the golem ...";
      },
    });
    describe(golem);
    takeFiles(golem);
    takeMicrophone(golem);
    get("ready").hidden = false;
  } catch (error) {
    showError(error);
  }
  get("loading").hidden = true;
}

void start();
