/**
 * The message at the foot of the page.
 *
 * Not its concern: what is reported.
 */
import { hush, notice } from "../state/notice.ts";
import { words } from "../words/language.ts";

/** Shows it, and tells it to screen readers. */
export function NoticeBar() {
  const told = notice.value;
  return (
    <div aria-live="polite">
      {told && (
        <div class="notice" role={told.isError ? "alert" : "status"}>
          <span>{told.text()}</span>
          {told.action && (
            <button
              type="button"
              onClick={() => {
                hush();
                told.action?.run();
              }}
            >
              {told.action.name()}
            </button>
          )}
          <button type="button" onClick={hush}>
            {words.value.close}
          </button>
        </div>
      )}
    </div>
  );
}
