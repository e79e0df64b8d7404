/**
 * The page of `golem diff`: which version is better, per class, and which recordings changed sides. One HTML
 * file without script.
 *
 * Not its concern: how the comparison was computed, where the style sheet is kept.
 */
import { formatPercent } from "../../core/format.ts";
import type { PairedDifference } from "../../evaluate/paired-difference.ts";
import { keepPercents } from "../format.ts";
import { describeBrier, describeDifference } from "../sentences.ts";
import { type PageAssets, renderMarkup } from "./page.tsx";
import { Facts, Section } from "./section.tsx";

/** What the page shows of a comparison. */
interface ShownDifference extends PairedDifference {
  readonly recordings: number;
  /** Balanced accuracies. */
  readonly scores: { readonly a: number; readonly b: number };
  /** Brier scores. */
  readonly brier: PairedDifference & { readonly a: number; readonly b: number };
  /** Recall of each class. */
  readonly perClass: Readonly<
    Record<string, { readonly a: number; readonly b: number; readonly recordings: number }>
  >;
  readonly changed: readonly Readonly<Record<"file" | "label" | "a" | "b", string>>[];
}

type Names = Readonly<Record<"a" | "b", string>>;

/** Maximum number of recordings that are listed. */
const maximumListed = 500;

/** Writes the page; `names`: how the two golems are called. */
export function writeDifferencePage(
  difference: ShownDifference,
  names: Names,
  assets: Pick<PageAssets, "style">,
): string {
  return `<!doctype html>\n${renderMarkup(<Page {...{ difference, names, assets }} />)}\n`;
}

/** Signs of a terminal as those of a page. */
const typeset = (text: string): string =>
  keepPercents(text)
    .replaceAll(/(?<=[ (])-(?=\d)/g, "\u2212")
    .replaceAll("->", "\u2192");

function Page(props: {
  readonly difference: ShownDifference;
  readonly names: Names;
  readonly assets: Pick<PageAssets, "style">;
}) {
  const { difference, names, assets } = props;
  const { scores, perClass, changed, recordings } = difference;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${names.a} and ${names.b} compared`}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: assets.style }} />
      </head>
      <body>
        <main id="main">
          <section id="difference" aria-labelledby="difference-title">
            <header>
              <h1 id="difference-title">{`${names.b} against ${names.a}`}</h1>
              <p class="lead">{`${names.b} is ${typeset(describeDifference(difference))}.`}</p>
              <p>{`${typeset(describeBrier(difference.brier))}.`}</p>
            </header>
            <Facts
              facts={[
                [names.a, formatPercent(scores.a)],
                [names.b, formatPercent(scores.b)],
                ["recordings", String(recordings)],
                ["answers that changed sides", String(changed.length)],
              ]}
            />
          </section>
          <Section
            id="classes"
            title="Per class"
            sentence="Recall: the share of a class's recordings that are classified as that class."
          >
            <ClassTable perClass={perClass} names={names} />
          </Section>
          <Section
            id="changed"
            title="Recordings that changed sides"
            sentence={
              changed.length === 0
                ? "None: the two are right and wrong about the same recordings."
                : `One of the two is right about each of them${changed.length > maximumListed ? `; the first ${maximumListed} are shown` : ""}.`
            }
          >
            {changed.length > 0 && <ChangedTable changed={changed.slice(0, maximumListed)} names={names} />}
          </Section>
        </main>
      </body>
    </html>
  );
}

/** The recall of each class by both golems. */
function ClassTable({ perClass, names }: Pick<ShownDifference, "perClass"> & { readonly names: Names }) {
  return (
    <div class="scroll">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">class</th>
            <th scope="col" class="percent">
              recordings
            </th>
            <th scope="col" class="percent">
              {names.a}
            </th>
            <th scope="col" class="percent">
              {names.b}
            </th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(perClass).map(([label, own]) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td class="percent">{own.recordings}</td>
              <td class="percent">{formatPercent(own.a, 0)}</td>
              <td class="percent">{formatPercent(own.b, 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The recordings about which one golem is right, and both answers. */
function ChangedTable({ changed, names }: Pick<ShownDifference, "changed"> & { readonly names: Names }) {
  return (
    <div class="scroll">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">recording</th>
            <th scope="col">label</th>
            <th scope="col">{names.a}</th>
            <th scope="col">{names.b}</th>
          </tr>
        </thead>
        <tbody>
          {changed.map((own) => (
            <tr key={own.file}>
              <td class="file">{own.file}</td>
              <td>{own.label}</td>
              <td>{own.a === own.label ? <strong>{own.a}</strong> : own.a}</td>
              <td>{own.b === own.label ? <strong>{own.b}</strong> : own.b}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
