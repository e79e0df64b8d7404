/**
 * POST /v1/golems/{id}/predict: recordings in a raw body or a form, answers as `golem predict --json` prints them.
 *
 * Must not know: how golems run, limits' values.
 */
import type { IncomingMessage } from "node:http";
import type { Context } from "hono";
import { GolemError, toErrorRecord } from "../core/error.ts";
import type { AudioPrediction } from "../golem/predict-heard.ts";
import type { GolemPool } from "../node/golem-pool.ts";
import type { Admission } from "./admission.ts";
import type { Metrics } from "./metrics.ts";
import { getMultipartBoundary, readMultipart, type UploadedFile } from "./multipart.ts";
import { type BodyLimits, joinChunks, openBody } from "./request-body.ts";
import { predictQuery } from "./schemas.ts";
import type { ServedGolem, ServedGolems } from "./served-golems.ts";
import type { ServerContext } from "./server-context.ts";

/** What the route works with. */
export interface PredictParts {
  readonly golems: ServedGolems;
  readonly pool: GolemPool;
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly body: BodyLimits;
  readonly maximumFiles: number;
  /** Seconds a request may take once its body is there. */
  readonly timeoutSeconds: number;
  /** Recordings of one request at work at a time. */
  readonly concurrency: number;
}

type Answer =
  | ({ readonly file: string } & AudioPrediction)
  | { readonly file: string; readonly error: ReturnType<typeof toErrorRecord> };

/** What a raw body is called that has no name. */
const bodyName = "recording";

/** Answers a request. */
export async function handlePredict(
  c: Context<ServerContext>,
  id: string,
  parts: PredictParts,
): Promise<Response> {
  const { name } = parseQuery(c.req.query());
  const { incoming } = c.env;
  const contentType = incoming.headers["content-type"] ?? "application/octet-stream";
  checkCoding(incoming);
  const boundary = getMultipartBoundary(contentType);
  if (boundary === undefined) checkContentType(contentType);
  // Before the body is read, so that a client who will get no answer learns it early; again when it is there.
  parts.admission.check();
  return parts.golems.use(id, async (golem) => {
    const body = openBody(incoming, parts.body);
    try {
      const leave = new AbortController();
      c.var.onLeave(() => leave.abort());
      if (boundary === undefined) {
        const file = { name: name ?? bodyName, bytes: await readAll(body.chunks) };
        c.var.note({ bytes: file.bytes.length });
        const [answer] = await predictAll(golem, [file], leave.signal, parts, true);
        return c.json(answer);
      }
      const files: UploadedFile[] = [];
      for await (const file of readMultipart(body.chunks, boundary, parts.maximumFiles)) files.push(file);
      c.var.note({ bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0), files: files.length });
      if (files.length === 0) {
        throw new GolemError("bad-request", "The form holds no file; expected at least one recording.", {
          hint: "Send it as `curl -F file=@recording.wav` does.",
        });
      }
      const answers = await predictAll(golem, files, leave.signal, parts, false);
      const lines = c.req.header("accept")?.includes("application/x-ndjson");
      if (!lines) return c.json(answers);
      const text = answers.map((answer) => `${JSON.stringify(answer)}\n`).join("");
      return c.body(text, 200, { "content-type": "application/x-ndjson" });
    } finally {
      body.release();
    }
  });
}

/** Predicts files, a few at a time; `isStrict`: an error rejects instead of being the answer of its file. */
async function predictAll(
  golem: ServedGolem,
  files: readonly UploadedFile[],
  left: AbortSignal,
  { pool, admission, metrics, timeoutSeconds, concurrency }: PredictParts,
  isStrict: boolean,
): Promise<Answer[]> {
  const done = admission.enter();
  const late = AbortSignal.timeout(timeoutSeconds * 1000);
  const signal = AbortSignal.any([left, late]);
  const answers = new Array<Answer>(files.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      const { name, bytes } = files[index]!;
      try {
        const prediction = await pool.predict(golem, bytes, name, signal);
        metrics.countRecording(golem.id, prediction.seconds);
        answers[index] = { file: name, ...prediction };
      } catch (error) {
        if (isStrict || signal.aborted || isFault(error)) throw error;
        answers[index] = { file: name, error: toErrorRecord(error, "unexpected") };
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, files.length) }, work));
    return answers;
  } catch (error) {
    // Nobody waits for the others any more.
    next = files.length;
    if (!late.aborted || left.aborted) throw error;
    throw new GolemError("timeout", `The request took longer than ${timeoutSeconds} s.`, {
      hint: "Send fewer or shorter recordings; the server's limit is --timeout.",
    });
  } finally {
    done();
  }
}

/** Errors that say nothing about the file. */
function isFault(error: unknown): boolean {
  return !(error instanceof GolemError) || ["encoder-failed", "unexpected", "aborted"].includes(error.code);
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  for await (const chunk of chunks) pieces.push(chunk);
  return joinChunks(pieces);
}

function parseQuery(query: Record<string, string>): { name?: string | undefined } {
  const result = predictQuery.safeParse(query);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new GolemError(
    "bad-request",
    `The query does not fit: ${issue?.path.join(".")}: ${issue?.message}.`,
    {
      hint: "/docs says what there is.",
    },
  );
}

function checkCoding({ headers }: IncomingMessage): void {
  const coding = headers["content-encoding"] ?? "identity";
  if (coding === "identity") return;
  throw new GolemError("unsupported-media-type", `The body is encoded as ${coding}; expected it as it is.`, {
    hint: "Leave Content-Encoding out. FLAC and Opus are small by themselves.",
  });
}

/** What the content is, is judged by its bytes; types that are certainly something else are refused. */
function checkContentType(contentType: string): void {
  if (/^(audio|video)\/|^application\/(octet-stream|ogg|x-ogg)\s*(;|$)/i.test(contentType)) return;
  throw new GolemError(
    "unsupported-media-type",
    `The body is ${contentType.split(";")[0]?.slice(0, 100)}; expected a recording or multipart/form-data.`,
    {
      hint: "With curl: -F file=@recording.wav, or -H 'Content-Type: audio/wav' --data-binary @recording.wav",
    },
  );
}
