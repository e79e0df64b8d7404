/**
 * Says that recordings could not be saved, and offers to try again.
 *
 * Not its concern: how they are saved.
 */
import { discardHeld, retryState, saveHeld, unsavedCount } from "../state/unsaved.ts";
import { words } from "../words/language.ts";

/** The bar; nothing while everything is saved. */
export function UnsavedBar() {
  const w = words.value;
  const count = unsavedCount.value;
  return (
    <div aria-live="polite">
      {count > 0 && (
        <div class="notice unsaved" role="alert">
          <span>{w.record.unsaved(count, retryState.value === "full")}</span>
          <button type="button" disabled={retryState.value === "saving"} onClick={() => void saveHeld()}>
            {w.retry}
          </button>
          <button type="button" disabled={retryState.value === "saving"} onClick={() => discardHeld()}>
            {w.record.discard}
          </button>
        </div>
      )}
    </div>
  );
}
