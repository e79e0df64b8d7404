/** Pictures of the weight of each view (layers of encoders, transcript) in the fusion. */
import type { VNode } from "preact";
import { at, Picture, PictureText } from "../chart.tsx";
import { formatShare } from "../format.ts";
import { describeLargerEncoder } from "../sentences.ts";
import type { ReportData, ReportView } from "./report-data.ts";
import { BothWidths, Section } from "./section.tsx";

/** The views of one encoder, or the transcript. */
interface Group {
  readonly encoder: string;
  readonly isText: boolean;
  readonly layers: number;
  readonly share: number;
  readonly views: readonly ReportView[];
}

/** The section. */
export function writeViews({ views }: ReportData) {
  const groups = groupViews(views);
  const only = views.length === 1 ? views[0]! : undefined;
  const larger = describeLargerEncoder(views);
  const parts = groups.map(({ isText, encoder, share }, i) => (
    <>
      {i === 0 ? "" : i === groups.length - 1 ? " and " : ", "}
      <b>{formatShare(share)}</b>{" "}
      {isText ? `from the transcript by ${encoder}` : `from the embeddings of ${encoder}`}
    </>
  ));
  return (
    <Section
      id="views"
      title="Which views decide"
      sentence={
        only ? (
          `The whole decision comes from ${only.layer === "transcript" ? `the transcript by ${only.encoder}` : `layer ${only.layer} of ${only.encoder}`}.`
        ) : (
          <>The decision comes {parts}.</>
        )
      }
    >
      <BothWidths
        draw={(width) =>
          width < 500 ? (
            <RowsPicture groups={groups} width={width} />
          ) : (
            <ColumnsPicture groups={groups} width={width} />
          )
        }
      />
      <p class="note">
        A frozen network transforms a recording layer by layer: early layers describe the sound, late layers
        the words. The shares maximise the likelihood of held-out training labels.
        {larger ? ` Here ${larger}.` : ""}
      </p>
    </Section>
  );
}

function groupViews(views: readonly ReportView[]): Group[] {
  const groups = new Map<string, ReportView[]>();
  for (const view of views) {
    const key = JSON.stringify([view.encoder, view.layer === "transcript"]);
    groups.set(key, [...(groups.get(key) ?? []), view]);
  }
  return [...groups.values()].map((own) => ({
    encoder: own[0]!.encoder,
    isText: own[0]!.layer === "transcript",
    layers: own[0]!.layer === "transcript" ? 1 : own[0]!.layers,
    share: own.reduce((sum, { weight }) => sum + weight, 0),
    views: own,
  }));
}

/** Maximum width of a letter of the names over the columns, in pixels. */
const letterWidth = 8.6;
const gap = 56;
const [top, base] = [54, 244];

/** Columns over the layers, encoders side by side. */
function ColumnsPicture({ groups, width }: { readonly groups: readonly Group[]; readonly width: number }) {
  const largest = getLargest(groups);
  const least = groups.map((group) => letterWidth * getTitle(group).length);
  // Encoders with one layer are as wide as their names; the others share the remaining width.
  const fixed = groups.reduce((sum, { layers }, g) => sum + (layers === 1 ? least[g]! : 0), 0);
  const free = width - gap * (groups.length - 1) - fixed;
  const shared = groups.reduce((sum, { layers }) => sum + (layers === 1 ? 0 : layers), 0);
  let left = 0;
  const pieces = groups.map((group, g): VNode => {
    const slot = group.layers === 1 ? 56 : Math.min(72, free / shared);
    const start = left;
    left += Math.max(slot * group.layers, least[g]!) + gap;
    return <Columns key={g} group={group} left={start} slot={slot} largest={largest} />;
  });
  return (
    <Picture width={width} height={base + 48} label={tellShares(groups)}>
      {pieces}
    </Picture>
  );
}

/** The columns of one encoder. `slot`: pixels per layer; `largest`: the share that reaches the top. */
function Columns(props: {
  readonly group: Group;
  readonly left: number;
  readonly slot: number;
  readonly largest: number;
}) {
  const { group, left, slot, largest } = props;
  const { isText, layers } = group;
  const isOne = layers === 1;
  const bar = Math.max(3, Math.min(44, slot - Math.max(3, slot / 4)));
  return (
    <>
      <path class="axis" d={`M${at(left)} ${base}h${at(slot * layers)}`} />
      <GroupTitle group={group} x={left} y={top - 38} />
      {Array.from({ length: layers }, (_, layer) => {
        const view = group.views.find((candidate) => isText || candidate.layer === layer);
        const middle = left + slot * (layer + 0.5);
        const height = ((base - top - 30) * (view?.weight ?? 0)) / largest;
        const isNamed = !isText && (slot > 15 || layer === 0 || layer === layers - 1);
        return (
          <g key={layer}>
            {view ? (
              <rect
                class="bar"
                x={at(middle - bar / 2)}
                y={at(base - height)}
                width={at(bar)}
                height={at(height)}
                rx="3"
              />
            ) : (
              <circle class="none" cx={at(middle)} cy={base - 8} r="2.5" />
            )}
            {view && slot > 36 && !isOne && (
              <PictureText x={middle} y={base - height - 7} anchor="middle" kind="">
                {formatShare(view.weight)}
              </PictureText>
            )}
            {isNamed && (
              <PictureText x={middle} y={base + 18} anchor="middle">
                {layer}
              </PictureText>
            )}
          </g>
        );
      })}
      {!isOne && (
        <PictureText x={left} y={base + 38}>
          layers, from sound to words
        </PictureText>
      )}
    </>
  );
}

/** One bar per view, under each other: for narrow screens. */
function RowsPicture({ groups, width }: { readonly groups: readonly Group[]; readonly width: number }) {
  const largest = getLargest(groups);
  const left = 76;
  let y = 12;
  const pieces = groups.map((group, g) => {
    const start = y;
    y += 72 + 24 * group.views.length;
    return (
      <g key={g}>
        <GroupTitle group={group} x={0} y={start} />
        {group.views.map(({ layer, weight }, i) => {
          const row = start + 50 + 24 * i;
          const length = ((width - left - 48) * weight) / largest;
          return (
            <g key={layer}>
              <PictureText x={0} y={row}>
                {layer === "transcript" ? "transcript" : `layer ${layer}`}
              </PictureText>
              <rect class="bar" x={left} y={row - 11} width={at(Math.max(2, length))} height="12" rx="3" />
              <PictureText x={left + length + 8} y={row} kind="">
                {formatShare(weight)}
              </PictureText>
            </g>
          );
        })}
      </g>
    );
  });
  return (
    <Picture width={width} height={y - 20} label={tellShares(groups)}>
      {pieces}
    </Picture>
  );
}

function GroupTitle(props: { readonly group: Group; readonly x: number; readonly y: number }) {
  const { group, x, y } = props;
  return (
    <>
      <PictureText x={x} y={y}>
        {getTitle(group)}
      </PictureText>
      <PictureText x={x} y={y + 24} kind="big">
        {formatShare(group.share)}
      </PictureText>
    </>
  );
}

function getLargest(groups: readonly Group[]): number {
  return Math.max(...groups.flatMap(({ views }) => views.map(({ weight }) => weight)));
}

function getTitle({ isText, encoder }: Group): string {
  return isText ? "transcript" : encoder;
}

function tellShares(groups: readonly Group[]): string {
  const told = groups
    .flatMap(({ views }) => views)
    .map(
      ({ encoder, layer, weight }) =>
        `${encoder} ${layer === "transcript" ? "transcript" : `layer ${layer}`} ${formatShare(weight)}`,
    );
  return `Shares in the decision: ${told.join(", ")}`;
}
