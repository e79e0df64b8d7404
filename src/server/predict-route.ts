/**
 * POST /v1/golems/{id}/predict: receives recordings in a raw body or a form, and answers with predictions
 * like those of `golem predict --json`.
 *
 * Not its concern: how golems run.
 */
import type { Context } from "hono";
import { type ErrorRecord, GolemError, toErrorRecord } from "../core/error.ts";
import type { HeardClip } from "../detect/clip-cutter.ts";
import type { AudioPrediction } from "../golem/predict-embedded.ts";
import type { ClipKeeper } from "../node/keep/clip-keeper.ts";
import type { GolemPool } from "../node/threads/golem-pool.ts";
import { WorkerDeath } from "../node/threads/worker-thread.ts";
import type { Admission } from "./admission.ts";
import type { ServedGolem } from "./golem-place.ts";
import type { Metrics } from "./metrics.ts";
import { parseQuery } from "./query.ts";
import { type RecordingLimits, readRecordings, type UploadedFile } from "./recordings.ts";
import { predictQuery } from "./schemas.ts";
import type { ServedGolems } from "./served-golems.ts";
import type { ServerContext } from "./server-context.ts";

/** Everything that the route uses. */
export interface PredictParts extends RecordingLimits {
  readonly golems: ServedGolems;
  readonly pool: GolemPool;
  readonly admission: Admission;
  readonly metrics: Metrics;
  /** Seconds that a request may take once its body has arrived. */
  readonly timeoutSeconds: number;
  /** Keeps recordings with an uncertain or unknown prediction; undefined: nothing is kept. */
  readonly keeper: ClipKeeper | undefined;
  /** Number of recordings of one request that are processed at a time. */
  readonly concurrency: number;
}

type Answer = { readonly file: string } & (AudioPrediction | { readonly error: ErrorRecord });

/** Answers a request. */
export async function handlePredict(
  c: Context<ServerContext>,
  id: string,
  parts: PredictParts,
): Promise<Response> {
  const { name } = parseQuery(predictQuery, c.req.query());
  // Checked before the body is read, to reject early; `enter` checks again when it has arrived.
  parts.admission.check(c.var.client);
  return parts.golems.use(id, async (golem) => {
    const recordings = await readRecordings(c.env.incoming, name, parts);
    try {
      const { files, isForm, byteLength } = recordings;
      c.var.note({ bytes: byteLength, files: files.length });
      const leave = new AbortController();
      c.var.onLeave(() => leave.abort());
      const answers = await predictAll(
        golem,
        files,
        { left: leave.signal, client: c.var.client, isStrict: !isForm, source: `predict ${c.var.requestId}` },
        parts,
      );
      if (!isForm) return c.json(answers[0]);
      if (!c.req.header("accept")?.includes("application/x-ndjson")) return c.json(answers);
      const lines = answers.map((answer) => `${JSON.stringify(answer)}\n`).join("");
      return c.body(lines, 200, { "content-type": "application/x-ndjson" });
    } finally {
      recordings.release();
    }
  });
}

/** The request for which files are predicted. */
interface FileRequest {
  readonly client: string;
  /** The source of kept recordings: one request is one source. */
  readonly source: string;
  /** Aborted when the client disconnects. */
  readonly left: AbortSignal;
  /** Whether the error of one file fails the whole request, instead of being the answer for that file. */
  readonly isStrict: boolean;
}

/** Predicts files, `concurrency` at a time. */
async function predictAll(
  golem: ServedGolem,
  files: readonly UploadedFile[],
  { client, left, isStrict, source }: FileRequest,
  { pool, admission, metrics, timeoutSeconds, concurrency, keeper }: PredictParts,
): Promise<Answer[]> {
  const done = admission.enter(client);
  const late = AbortSignal.timeout(timeoutSeconds * 1000);
  const signal = AbortSignal.any([left, late]);
  const keep = keeper && { keep: keeper.settings, onClip: (clip: HeardClip) => keeper.keep(clip, source) };
  const answers = new Array<Answer>(files.length);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      const { name, bytes } = files[index]!;
      try {
        const prediction = await pool.predict(golem, bytes, name, { client, signal, ...keep });
        metrics.countRecording(golem.id, prediction);
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
    // The other files need not be predicted any more.
    next = files.length;
    if (!late.aborted || left.aborted) throw error;
    throw new GolemError("timeout", `The request took longer than ${timeoutSeconds} s.`, {
      hint: "Send fewer or shorter recordings; the server's limit is --timeout.",
    });
  } finally {
    done();
  }
}

/** Whether an error is due to the server rather than the file. */
function isFault(error: unknown): boolean {
  return (
    !(error instanceof GolemError) ||
    error instanceof WorkerDeath ||
    ["unexpected", "aborted"].includes(error.code)
  );
}
