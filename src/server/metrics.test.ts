/** The metrics for Prometheus. */
import { expect, it, onTestFinished } from "vitest";
import { createMetrics } from "./metrics.ts";

it("renders counts, durations and the current values of its sources", async () => {
  let queued = 0;
  const metrics = createMetrics({
    getQueued: () => queued,
    getBodyBytes: () => 42,
    isReady: () => true,
    getWorkers: () => 3,
    getBusySeconds: () => 12.5,
    getDroppedLines: () => 0,
    getKept: () => undefined,
  });
  onTestFinished(() => metrics.close());
  metrics.countRequest("/v1/golems/:id/predict", "POST", 200, 0.02);
  const low = { label: "low", confidence: 0.75, unknown: false };
  metrics.countRecording("tones", { ...low, seconds: 1.5 });
  metrics.countRecording("tones", { ...low, seconds: 2 });
  metrics.countReload("tones", false);
  queued = 7;
  const text = await metrics.render();
  for (const line of [
    'golem_http_request_duration_seconds_bucket{le="0.025",route="/v1/golems/:id/predict",method="POST",status="200"} 1',
    'golem_recordings_total{golem="tones"} 2',
    'golem_audio_seconds_total{golem="tones"} 3.5',
    'golem_reloads_total{golem="tones",result="refused"} 1',
    "golem_requests_queued 7",
    "golem_body_bytes 42",
    "golem_ready 1",
    "golem_workers 3",
    "golem_busy_seconds_total 12.5",
    'golem_prediction_confidence_bucket{le="0.8",golem="tones"} 2',
    "golem_keeping 0",
  ]) {
    expect(text).toContain(`${line}\n`);
  }
  expect(text).toMatch(/golem_event_loop_delay_seconds\{quantile="0.99"\} [\d.e-]+\n/);
  expect(metrics.contentType).toContain("text/plain");
});
