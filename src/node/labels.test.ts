/**
 * Labels as types: they come from a list given to `train` or `loadGolem`, which is compared with the golem's
 * labels.
 */
import { describe, expect, expectTypeOf, it } from "vitest";
import { getToneGolem } from "../../test/support/served.ts";
import type { AudioPrediction, DetectedEvent, Golem } from "../index.ts";
import { detectFile, loadGolem, train } from "../index.ts";
import type { WebGolem } from "../web/golem.ts";
import { loadGolem as loadWebGolem } from "../web/golem.ts";

/** Never called: only the types are checked. */
async function typed() {
  const golem = await loadGolem("g", { labels: ["yes", "no"] });
  expectTypeOf(golem).toEqualTypeOf<Golem<"yes" | "no">>();
  expectTypeOf((await golem.predict("a.wav")).label).toEqualTypeOf<"yes" | "no">();
  expectTypeOf((await golem.predict("a.wav")).scores).toEqualTypeOf<Readonly<Record<"yes" | "no", number>>>();
  expectTypeOf(await golem.predict("a.wav")).toEqualTypeOf<AudioPrediction<"yes" | "no">>();
  for await (const event of detectFile(golem, "a.wav"))
    expectTypeOf(event).toEqualTypeOf<DetectedEvent<"yes" | "no">>();
  for await (const { prediction } of golem.predictFiles(["a.wav"])) {
    expectTypeOf(prediction!.label).toEqualTypeOf<"yes" | "no">();
  }
  const list = ["up", "down"] as const;
  expectTypeOf(await train("data", { labels: list })).toEqualTypeOf<Golem<"up" | "down">>();
  expectTypeOf(await loadGolem<"a" | "b">("g")).toEqualTypeOf<Golem<"a" | "b">>();
  expectTypeOf(await loadGolem("g")).toEqualTypeOf<Golem<string>>();
  expectTypeOf(await train("data", { seed: 1 })).toEqualTypeOf<Golem>();
  expectTypeOf(await loadWebGolem("g", { labels: ["yes", "no"] })).toEqualTypeOf<WebGolem<"yes" | "no">>();
  // A golem with typed labels can be used wherever any golem can.
  const any: Golem = golem;
  // @ts-expect-error: no such label
  golem.labels.includes("maybe");
  return any;
}

describe("labels as types", () => {
  it("are checked against the golem", async () => {
    expect(typed).toBeTypeOf("function");
    const { golem } = await getToneGolem();
    const { labels } = await loadGolem(golem, { labels: ["low", "high"] });
    expect([...labels].sort()).toEqual(["high", "low"]);
    await expect(loadGolem(golem, { labels: ["low", "loud"] })).rejects.toMatchObject({
      code: "invalid-option",
      message: "The golem has the labels high, low; the option `labels` names loud, low.",
    });
  });
});
