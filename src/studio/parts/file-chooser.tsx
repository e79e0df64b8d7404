/**
 * Buttons that choose files or a folder for the open task.
 *
 * Not its concern: what is done with them.
 */
import { listChosen } from "../data/dropped-files.ts";
import { addFiles } from "../state/bring-in.ts";
import { words } from "../words/language.ts";

/** The buttons; loose files become recordings of `label`. */
export function FileChooser({ label }: { readonly label: string | undefined }) {
  const { choose, chooseFolder } = words.value.record;
  return (
    <>
      <ChooseButton name={choose} onChosen={(files) => addFiles(listChosen(files), label)} />
      <ChooseButton name={chooseFolder} isFolder onChosen={(files) => addFiles(listChosen(files), label)} />
    </>
  );
}

/** One button that opens the system's dialog. */
export function ChooseButton({
  name,
  isFolder = false,
  accept,
  onChosen,
  large = false,
  isDisabled = false,
}: {
  readonly name: string;
  readonly isFolder?: boolean;
  readonly accept?: string;
  readonly large?: boolean;
  readonly isDisabled?: boolean;
  onChosen(files: FileList): void;
}) {
  return (
    <button
      type="button"
      class={`button${large ? "" : " small"}`}
      disabled={isDisabled}
      onClick={() => {
        const input = document.createElement("input");
        input.type = "file";
        input.multiple = accept === undefined;
        input.webkitdirectory = isFolder;
        if (accept !== undefined) input.accept = accept;
        input.onchange = () => input.files && onChosen(input.files);
        input.click();
      }}
    >
      {name}
    </button>
  );
}
