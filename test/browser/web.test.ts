/** The library on pages, in a real browser: under a strict policy, off line once loaded, small, hard to break. */
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { train } from "../../src/index.ts";
import { createTone, createWav } from "../support/audio-files.ts";
import { browserNote, browserPath, getBrowser } from "../support/browser/browser.ts";
import {
  bankingFolder,
  getSiteFolders,
  getSmallGolem,
  openGolemPage,
  webFolder,
} from "../support/browser/golem-page.ts";
import { createScratchFolder } from "../support/scratch-folder.ts";

it("takes less than 6 MB on the way, weights not counted", async () => {
  const sizes: Record<string, number> = {};
  for (const name of await readdir(webFolder)) {
    if (name.endsWith(".d.ts") || name.endsWith(".txt")) continue;
    const params = { [constants.BROTLI_PARAM_QUALITY]: 6 };
    sizes[name] = brotliCompressSync(await readFile(join(webFolder, name)), { params }).length;
  }
  expect(sizes["ort-wasm-simd-threaded.wasm"]).toBeGreaterThan(1e6);
  expect(Object.values(sizes).reduce((sum, size) => sum + size, 0)).toBeLessThan(6e6);
});

describe.skipIf(!browserPath)(`a golem on a page${browserNote}`, () => {
  let browser: Browser;
  let site: Record<string, string>;
  beforeAll(async () => {
    browser = await getBrowser();
    site = await getSiteFolders();
  });

  it("listens without a network, under a policy without eval, and asks for nothing it does not need", async () => {
    const golem = await getSmallGolem("moonshine-tiny");
    const { page, complaints, predict, server } = await openGolemPage(browser, {
      ...site,
      "/golem/": golem,
      "/data/": `${bankingFolder}/test/`,
    });
    const [answer] = await predict(["/data/freeze/00-flite-awb.ogg"]);
    expect(answer).toMatchObject({ label: expect.any(String), confidence: expect.any(Number) });
    const described = await page.evaluate("[golem.labels, golem.document.format, golem.evaluation.classes]");
    expect(described).toEqual([["abroad", "balance", "freeze"], "golem", 3]);
    const files = server.requests.filter((path) => /^\/(golem|weights)\//.test(path));
    expect(files.sort()).toEqual([
      "/golem/golem.json",
      "/golem/head.safetensors",
      "/golem/training.json",
      "/weights/moonshine-tiny/encoder_model.onnx",
    ]);
    expect(complaints).toEqual([]);
  });

  it("runs what docs/web.md shows", async () => {
    const folder = await createScratchFolder();
    const text = await readFile(resolve(import.meta.dirname, "../../docs/web.md"), "utf8");
    const examples = [...text.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!);
    expect(examples).toHaveLength(2);
    for (const [i, code] of examples.entries()) {
      const body = code.replace(/^import .*\n/, "");
      const names = [...body.matchAll(/^const (\w+|\{.*?\}) =/gm)]
        .map(([, name]) => name!.replace(/[{}]/g, ""))
        .join(", ");
      const module = `import { loadGolem } from "/golem-audio/index.js";
        export const run = async (file, stream, console) => { ${body}\nreturn { ${names} }; };`;
      await writeFile(join(folder, `${i}.js`), module);
    }
    const small = await getSmallGolem("moonshine-tiny");
    const weights = Object.entries(site).filter(([address]) => address.startsWith("/weights/"));
    const { page } = await openGolemPage(browser, {
      ...site,
      ...Object.fromEntries(weights.map(([address, from]) => [`/golem${address}`, from])),
      "/golem/": small,
      "/examples/": `${folder}/`,
      "/data/": `${bankingFolder}/test/`,
    });
    const run = (i: number, then: string) =>
      page.evaluate(`(async () => {
        const { run } = await import("/examples/${i}.js");
        const file = await (await fetch("/data/freeze/00-flite-awb.ogg")).blob();
        const { stream } = new AudioContext().createMediaStreamDestination();
        const lines = [];
        const found = await run(file, stream, { log: (...parts) => lines.push(parts) });
        return ${then};
      })()`);
    const answer = "[found.label, found.confidence, found.unknown]";
    const expected = [expect.stringMatching(/^(freeze|balance|abroad)$/), expect.any(Number), false];
    expect(await run(0, `(await found.listening.stop(), ${answer})`)).toEqual(expected);
    expect(await run(1, "lines")).toEqual([
      ["moonshine-tiny", false, expect.stringMatching(/no graphics processor|software/)],
    ]);
  });

  it("keeps weights, and fetches them again when what was kept is damaged", async () => {
    const golem = await getSmallGolem("moonshine-tiny");
    const { page, server, complaints } = await openGolemPage(browser, { ...site, "/golem/": golem });
    const load = `(async () => {
      const { loadGolem } = await import("/golem-audio/index.js");
      (await loadGolem("/golem", { weights: "/weights" })).dispose();
    })()`;
    const count = () => server.requests.filter((path) => path.startsWith("/weights/")).length;
    expect(count()).toBe(1);
    await page.evaluate(load);
    expect(count()).toBe(1);
    await page.evaluate(`(async () => {
      const cache = await caches.open("golem-weights");
      for (const key of await cache.keys()) await cache.put(key, new Response("spoiled"));
    })()`);
    await page.evaluate(load);
    expect(count()).toBe(2);
    expect(complaints).toEqual([]);
  });

  it("refuses other files, another encoder and wrong weights; stops when aborted", async () => {
    const golem = await getSmallGolem("moonshine-tiny");
    const folder = await createScratchFolder();
    const document = JSON.parse(await readFile(join(golem, "golem.json"), "utf8"));
    const change = async (name: string, edit: (copy: typeof document) => void) => {
      await cp(golem, join(folder, name), { recursive: true });
      const copy = structuredClone(document);
      edit(copy);
      await writeFile(join(folder, name, "golem.json"), JSON.stringify(copy));
    };
    await change("foreign", ({ encoders }) => {
      encoders.push({ ...encoders[0], id: "facebook/wav2vec2-base" });
    });
    await change("older", ({ encoders: [encoder] }) => {
      encoder.recipe = "another";
    });
    await change("broken", (copy) => {
      copy.labels = copy.labels.slice(1);
    });
    await cp(golem, join(folder, "headless"), { recursive: true });
    await writeFile(join(folder, "headless", "head.safetensors"), "no tensors");
    const { page } = await openGolemPage(browser, { ...site, "/golem/": golem, "/golems/": `${folder}/` });
    const refuse = (url: string, options = `{ weights: "/weights/" }`) =>
      page.evaluate(`(async () => {
        const { loadGolem, GolemError } = await import("/golem-audio/index.js");
        return loadGolem("${url}", ${options}).then(() => "loaded", (error) => error instanceof GolemError && error.code);
      })()`);
    expect(await refuse("/nothing/")).toBe("golem-not-found");
    expect(await refuse("/golems/foreign")).toBe("unknown-encoder");
    expect(await refuse("/golems/older")).toBe("golem-version");
    expect(await refuse("/golems/broken")).toBe("golem-damaged");
    expect(await refuse("/golems/headless")).toBe("golem-damaged");
    expect(await refuse("/golem/", `{ weights: "/elsewhere/", keep: false }`)).toBe("weights-missing");
    expect(await refuse("/golem/", `{ weights: "/weights/", signal: AbortSignal.abort() }`)).toBe("aborted");
    expect(
      await page.evaluate(`(async () => {
        const answers = [golem.predict(Float32Array.from({ length: 16000 * 120 }, (_, i) => Math.sin(i / 5)), { signal: AbortSignal.timeout(50) })];
        answers.push(golem.predict(new Blob(["no audio"])), golem.predict(new Float32Array(16000)));
        return (await Promise.allSettled(answers)).map(({ reason }) => reason.code);
      })()`),
    ).toEqual(["aborted", "not-audio", "silent"]);
  });

  it("listens to a stream: what sounds in it becomes an event, and stopping ends it", async () => {
    const folder = await createScratchFolder();
    for (const [label, hertz] of [
      ["low", 300],
      ["high", 2000],
    ] as const) {
      await mkdir(join(folder, "data", label), { recursive: true });
      for (let i = 0; i < 5; i++) {
        const tone = createTone(16_000, 1, 1, hertz + 20 * i);
        await writeFile(join(folder, "data", label, `${i}.wav`), createWav(tone, 16_000));
      }
    }
    const golem = await train(join(folder, "data"), { encoder: "moonshine-tiny", augment: "none" });
    await golem.save(join(folder, "golem"));
    await golem.dispose();
    const { page, complaints } = await openGolemPage(browser, {
      ...site,
      "/golem/": `${join(folder, "golem")}/`,
    });
    const heard = (await page.evaluate(`(async () => {
      const context = new AudioContext();
      const target = context.createMediaStreamDestination();
      const events = [], warnings = [];
      let states = 0;
      const listening = await golem.listen(target.stream, {
        // Windows at the ends of a pure tone are like no training recording, which lowers the smoothed score.
        threshold: 0.1,
        onEvent: (event) => events.push(event), onState: () => states++, onWarning: (warning) => warnings.push(warning),
      });
      const tone = new OscillatorNode(context, { frequency: 2040 });
      const volume = new GainNode(context, { gain: 0.5 });
      tone.connect(volume).connect(target);
      tone.start(context.currentTime + 1);
      tone.stop(context.currentTime + 2);
      await new Promise((resolve) => setTimeout(resolve, 4000));
      await listening.stop();
      return { events, states };
    })()`)) as { events: { label: string; start: number; end: number }[]; states: number };
    expect(heard.events.map(({ label }) => label)).toContain("high");
    expect(heard.events.every(({ label, start, end }) => label === "high" && end > start)).toBe(true);
    expect(heard.states).toBeGreaterThan(10);
    const refused = `golem.listen(new MediaStream()).catch(({ code }) => code)`;
    expect(await page.evaluate(refused)).toBe("unreadable");
    expect(complaints).toEqual([]);
  });
});
