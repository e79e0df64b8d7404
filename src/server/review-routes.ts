/**
 * The addresses of a review: its recordings as WAV, pictures of them, and answers. They are served with the
 * studio's site, under the same access checks.
 *
 * Not its concern: which pages have access (studio-server.ts).
 */
import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import { encodeWav } from "../audio/wav-writer.ts";
import { parseBoundedJson } from "../core/bounded-json.ts";
import { GolemError, toErrorRecord } from "../core/error.ts";
import type { ReviewFolder } from "../node/keep/review-folder.ts";
import { decodeStart } from "../node/report/report-clips.ts";
import { drawSamples } from "../workflow/report-clips.ts";
import type { ReviewState } from "../workflow/review.ts";
import type { ExtraAnswer, ExtraRoutes } from "./studio-server.ts";

/** Maximum length of the sound that is played, in seconds; kept clips are not longer. */
const maximumSeconds = 30;
const sampleRate = 16_000;
/** Maximum size of an answer's body, in bytes. */
const maximumBodyBytes = 16_384;

const answerSchema = z.object({ file: z.string(), label: z.string() });

/**
 * Creates the routes: `GET review/state`, `review/clip?file=`, `review/picture?file=`, `POST review/answer`.
 *
 * @param commands Commands to run after labels have been given.
 */
export function createReviewRoutes(review: ReviewFolder, commands: readonly string[] = []): ExtraRoutes {
  const decode = async (file: string): Promise<Float32Array> => {
    const path = review.locate(file);
    if (path === undefined) throw new GolemError("not-found", "This review contains no such recording.");
    const samples = await decodeStart(path, { audio: { trim: false }, maximumSeconds });
    if (samples) return samples;
    throw new GolemError("corrupt-audio", "This recording cannot be decoded.");
  };
  const answer = async (
    request: IncomingMessage,
    path: string,
    query: URLSearchParams,
  ): Promise<ExtraAnswer | undefined> => {
    const file = query.get("file") ?? "";
    switch (`${request.method} ${path}`) {
      case "GET /review/state":
        return toJson({ ...(await review.getState()), commands } satisfies ReviewState);
      case "GET /review/clip":
        return { status: 200, type: "audio/wav", body: encodeWav(await decode(file), sampleRate, "pcm16") };
      case "GET /review/picture": {
        const picture = drawSamples(await decode(file));
        if (!picture) throw new GolemError("too-short", "This recording is too short for a picture.");
        return { status: 200, type: "image/png", body: picture };
      }
      case "POST /review/answer":
        await review.answer([await readAnswer(request)]);
        return toJson({});
      default:
        return undefined;
    }
  };
  return async (request, path, query) => {
    if (!path.startsWith("/review/")) return undefined;
    try {
      return await answer(request, path, query);
    } catch (error) {
      const record = toErrorRecord(error, "unexpected");
      const status = record.code === "not-found" ? 404 : error instanceof GolemError ? 400 : 500;
      return { ...toJson({ error: record }), status };
    }
  };
}

const toJson = (value: object): ExtraAnswer => ({
  ...{ status: 200, type: "application/json" },
  body: new TextEncoder().encode(JSON.stringify(value)),
});

/** Reads an answer's body. Only JSON is accepted: forms of other pages cannot send it. */
async function readAnswer(request: IncomingMessage): Promise<z.infer<typeof answerSchema>> {
  if (request.headers["content-type"] !== "application/json") {
    throw new GolemError("unsupported-media-type", "The answer is not application/json.");
  }
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += (piece as Buffer).length;
    if (bytes > maximumBodyBytes) {
      throw new GolemError("too-large", `The answer has more than ${maximumBodyBytes} bytes.`);
    }
    pieces.push(piece as Buffer);
  }
  const fail = (found: string): Error =>
    new GolemError("bad-request", `The answer cannot be read: ${found}.`);
  const { success, data } = answerSchema.safeParse(parseBoundedJson(Buffer.concat(pieces), fail));
  if (!success) throw fail("expected file and label");
  return data;
}
