/**
 * The screen where a golem and its project are downloaded.
 *
 * Not its concern: how they are packed.
 */
import { useSignal } from "@preact/signals";
import { makeSafeName } from "../../core/safe-name.ts";
import { describeTask } from "../data/task.ts";
import { getPacker } from "../state/bring-in.ts";
import { curve } from "../state/learning.ts";
import { tell, tellError } from "../state/notice.ts";
import { learned, recordings, task } from "../state/tasks.ts";
import { getEmbedder } from "../state/workers.ts";
import { words } from "../words/language.ts";

/** What can be downloaded. */
type Kind = "golem" | "web" | "project" | "report";

/** The screen. */
export function TakeScreen() {
  const w = words.value.take;
  const open = task.value!;
  const busy = useSignal<Kind | undefined>(undefined);
  // Letters, digits and dashes only, so that the commands below work in any shell.
  const name = makeSafeName(describeTask(open, "golem").replaceAll(/[^\p{L}\p{N}._]+/gu, "-"));
  const saveReport = async () => {
    const measured = curve.value?.mark === learned.value?.mark ? curve.value : undefined;
    try {
      const asked = { task: open.id, learningCurve: measured?.curve ?? undefined };
      const page = await getEmbedder().call("report", asked);
      download(new TextEncoder().encode(page), `${name}-report.html`, "text/html");
      tell({ text: () => words.value.take.saved(`${name}-report.html`) });
    } catch (error) {
      tellError(error);
    } finally {
      busy.value = undefined;
    }
  };
  const save = async (kind: Kind) => {
    busy.value = kind;
    if (kind === "report") return saveReport();
    const folder = { golem: name, web: `${name}-web`, project: `${name}-project` }[kind];
    const asked = { task: open.id, folder, site: new URL(".", document.baseURI).href };
    try {
      const bytes = await getPacker().call(kind, asked);
      download(bytes, `${folder}.zip`, "application/zip");
      tell({ text: () => words.value.take.saved(`${folder}.zip`) });
    } catch (error) {
      tellError(error);
    } finally {
      busy.value = undefined;
    }
  };
  const hasData = recordings.value.length > 0;
  return (
    <>
      <h1>{w.title}</h1>
      <p class="lead">{w.lead}</p>
      <div class="offers">
        <div class="offer">
          <h2>{w.golem}</h2>
          <p>{learned.value ? w.golemText : w.none}</p>
          <button
            type="button"
            class="button primary"
            disabled={!learned.value || busy.value !== undefined}
            onClick={() => save("golem")}
          >
            {busy.value === "golem" ? w.preparing : w.golemButton}
          </button>
          {learned.value && (
            <Use hint={w.golemUse} commands={`npx golem predict ${name} new.wav\nnpx golem report ${name}`} />
          )}
        </div>
        <div class="offer">
          <h2>{w.web}</h2>
          <p>{learned.value ? w.webText : w.none}</p>
          <button
            type="button"
            class="button"
            disabled={!learned.value || busy.value !== undefined}
            onClick={() => save("web")}
          >
            {busy.value === "web" ? w.preparing : w.webButton}
          </button>
          {learned.value && <Use hint={w.webUse} commands={`npx http-server ${name}-web`} />}
        </div>
        <div class="offer">
          <h2>{w.project}</h2>
          <p>{hasData ? w.projectText(recordings.value.length) : w.noData}</p>
          <button
            type="button"
            class="button"
            disabled={!hasData || busy.value !== undefined}
            onClick={() => save("project")}
          >
            {busy.value === "project" ? w.preparing : w.projectButton}
          </button>
          {hasData && <Use hint={w.projectUse} commands={`npx golem train ${name}-project --out ${name}`} />}
        </div>
        <div class="offer">
          <h2>{w.report}</h2>
          <p>{learned.value ? w.reportText : w.none}</p>
          <button
            type="button"
            class="button"
            disabled={!learned.value || busy.value !== undefined}
            onClick={() => save("report")}
          >
            {busy.value === "report" ? w.preparing : w.reportButton}
          </button>
        </div>
      </div>
    </>
  );
}

/** How to use what was downloaded. */
function Use({ hint, commands }: { readonly hint: string; readonly commands: string }) {
  return (
    <>
      <p class="note">{hint}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys */}
      <pre tabIndex={0}>{commands}</pre>
    </>
  );
}

function download(bytes: Uint8Array, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
