/** The addresses of a review over real HTTP: sound, pictures, answers, and rejected requests. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createTone, createWav } from "../../test/support/audio-files.ts";
import { createScratchFolder } from "../../test/support/scratch-folder.ts";
import { openReview } from "../node/keep/review-folder.ts";
import { createReviewRoutes } from "./review-routes.ts";
import { startStudioServer } from "./studio-server.ts";

async function open() {
  const root = await createScratchFolder();
  const folder = join(root, "recordings");
  await mkdir(folder);
  await writeFile(join(folder, "one & two.wav"), createWav(createTone(8000, 2, 1, 300), 8000));
  await writeFile(join(folder, "broken.wav"), "no sound");
  await writeFile(join(root, "secret.wav"), createWav(createTone(8000, 1, 1, 300), 8000));
  const review = await openReview(folder);
  const server = await startStudioServer(new Map(), 0, createReviewRoutes(review, ["golem update"]));
  onTestFinished(() => server.close());
  const get = (path: string, init?: RequestInit) => fetch(`${server.url}review/${path}`, init);
  const post = (body: string, headers: Record<string, string> = { "content-type": "application/json" }) =>
    get("answer", { method: "POST", body, headers });
  return { folder, server, get, post };
}

const file = encodeURIComponent("one & two.wav");

it("plays and draws any recording, and saves answers at once", async () => {
  const { folder, get, post } = await open();
  expect(await (await get("state")).json()).toMatchObject({
    ...{ name: "recordings", commands: ["golem update"] },
    items: [{ file: "broken.wav" }, { file: "one & two.wav" }],
  });
  const clip = await get(`clip?file=${file}`);
  expect(clip.headers.get("content-type")).toBe("audio/wav");
  expect(clip.headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect((await clip.arrayBuffer()).byteLength).toBe(44 + 2 * 2 * 16_000);
  const picture = Buffer.from(await (await get(`picture?file=${file}`)).arrayBuffer());
  expect(picture.subarray(1, 4).toString()).toBe("PNG");
  expect((await post('{"file":"one & two.wav","label":" low "}')).status).toBe(200);
  expect(await readFile(join(folder, "metadata.csv"), "utf8")).toBe(
    "file_name,label,source\none & two.wav,low,\n",
  );
  expect(await (await get("state")).json()).toMatchObject({ labels: ["low"] });
});

it("keeps all of many concurrent answers", async () => {
  const { folder, post } = await open();
  const answers = Array.from({ length: 20 }, (_, i) => post(`{"file":"broken.wav","label":"take ${i}"}`));
  answers.push(post('{"file":"one & two.wav","label":"low"}'));
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200));
  const rows = (await readFile(join(folder, "metadata.csv"), "utf8")).trim().split("\n");
  expect(rows).toHaveLength(3);
  expect(rows).toContain("one & two.wav,low,");
});

it.each(["../secret.wav", "/etc/passwd", "..%2Fsecret.wav", "metadata.csv", "%00", ""])(
  "serves no other file: %s",
  async (name) => {
    const { get } = await open();
    for (const kind of ["clip", "picture"]) expect((await get(`${kind}?file=${name}`)).status).toBe(404);
  },
);

it("states what is wrong with a recording or an answer, and writes nothing", async () => {
  const { folder, get, post } = await open();
  const broken = await get("clip?file=broken.wav");
  expect([broken.status, (await broken.json()).error.code]).toEqual([400, "corrupt-audio"]);
  for (const [body, code] of [
    ["{", "bad-request"],
    ['{"file":"one & two.wav"}', "bad-request"],
    ['{"file":"../secret.wav","label":"low"}', "invalid-data"],
    ['{"file":"one & two.wav","label":"a\\nb"}', "invalid-data"],
    [`{"file":"one & two.wav","label":"${"x".repeat(20_000)}"}`, "too-large"],
  ] as const) {
    const answer = await post(body);
    expect([answer.status, (await answer.json()).error.code]).toEqual([400, code]);
  }
  await expect(readFile(join(folder, "metadata.csv"))).rejects.toMatchObject({ code: "ENOENT" });
});

it("rejects pages of other origins, other hosts, and forms", async () => {
  const { folder, server, post } = await open();
  const body = '{"file":"one & two.wav","label":"low"}';
  const json = { "content-type": "application/json" };
  expect((await post(body, { ...json, origin: "https://evil.example" })).status).toBe(403);
  expect((await post(body, { "content-type": "text/plain" })).status).toBe(400);
  const status = await new Promise((resolve, reject) => {
    request(`${server.url}review/state`, { headers: { host: "evil.example" } }, ({ statusCode }) =>
      resolve(statusCode),
    )
      .on("error", reject)
      .end();
  });
  expect(status).toBe(403);
  await expect(readFile(join(folder, "metadata.csv"))).rejects.toMatchObject({ code: "ENOENT" });
});
