import { fitClassifier } from "../../src/classifier/classifier.ts";
import { createFamiliarityScore } from "../../src/classifier/novelty/familiarity.ts";
import { fitFamiliarity } from "../../src/classifier/novelty/fit-familiarity.ts";
import { loadVariedSet, toVariedRows } from "./material.ts";
const g = globalThis as any;
const E: Record<string, [number[], boolean]> = { none: [[], false], room: [[0], false], noise: [[1], false], speed: [[2], false], all: [[0, 1, 2], false], spread: [[0, 1, 2], true] };
for (const name of process.argv[2]!.split(",")) {
  const set = await loadVariedSet("/work/shared/data", name, { copies: 3, draws: 6 });
  const out: Record<string, number[]> = {};
  for (const [d, draw] of set.draws.entries()) {
    const isOut = (r: any) => (set.classes.indexOf(r.label) + d) % 3 === 0;
    const classes = set.classes.filter((_, c) => (c + d) % 3 !== 0);
    const rows = toVariedRows(draw.train.filter((r) => !isOut(r)), classes);
    const views = fitClassifier(rows, set.encoderSet, { seed: 0 }).fitted.map(({ view }) => view);
    for (const [e, [places, spread]] of Object.entries(E)) {
      g.trial = places; g.spread = spread;
      const f = fitFamiliarity(rows, classes, set.encoderSet, views, 0)!;
      const score = createFamiliarityScore(f, set.encoderSet);
      const known = score(draw.clean.filter((r) => !isOut(r))), out_ = score(draw.clean.filter(isOut)), noisy = score(draw.noisy.filter((r) => !isOut(r)));
      const at = [...known].sort((a, b) => a - b)[Math.floor(0.05 * known.length)]!;
      const share = (s: number[], t: number) => s.filter((v) => v < t).length / s.length;
      const v = [share(known, f.threshold), share(out_, f.threshold), share(out_, at), share(noisy, f.threshold), out_.reduce((s, a) => s + known.filter((b) => a < b).length, 0) / out_.length / known.length];
      out[e] = (out[e] ?? v.map(() => 0)).map((x, i) => x + v[i]! / set.draws.length);
    }
  }
  for (const [e, v] of Object.entries(out)) console.log(name, e.padEnd(7), "known", v[0]!.toFixed(3), "out", v[1]!.toFixed(3), "at5", v[2]!.toFixed(3), "noisy known", v[3]!.toFixed(3), "ranking", v[4]!.toFixed(3));
}
