/**
 * The samples that /docs shows for each route: calls with curl and JavaScript, and a real answer (of the demo
 * `words`; long numbers are shortened).
 *
 * test/browser/docs.test.ts runs the calls.
 */

/** Samples of one route. */
export interface RouteSamples {
  /** A call with curl; undefined if curl cannot be used. */
  readonly curl?: string;
  /** A call for a module or a browser's console, with top-level `await`. */
  readonly javascript: string;
  readonly answer: string;
}

/** Address of the server in the samples; the page's script replaces it by its own. */
export const sampleOrigin = "http://localhost:8080";

const golem = `${sampleOrigin}/v1/golems/my-golem`;
const json = (value: unknown): string => JSON.stringify(value, null, 2);
const lines = (...values: readonly unknown[]): string =>
  values.map((value) => JSON.stringify(value)).join("\n");
const read = (path: string, kind: "json" | "text"): string =>
  `const answer = await fetch("${path}");\nconsole.log(await answer.${kind}());`;

const summary = {
  id: "my-golem",
  labels: ["good night", "hey golem", "lights on"],
  encoders: ["moonshine-tiny", "google-speech-embedding"],
  transcript: false,
  balancedAccuracy: 1,
};

/** Samples by method and path, in the order in which the page shows the routes. */
export const routeSamples: Readonly<Record<string, RouteSamples>> = {
  "POST /v1/golems/{id}/predict": {
    curl: `curl -F file=@take-1.wav -F file=@take-2.wav ${golem}/predict

# One recording as the body, one document as the answer:
curl -H "content-type: audio/wav" --data-binary @take-1.wav \\
  "${golem}/predict?name=take-1.wav"`,
    javascript: `// file: a File, such as that of an <input type="file">, or a Blob
const answer = await fetch("${golem}/predict", {
  method: "POST",
  headers: { "content-type": "application/octet-stream" },
  body: file,
});
const { label, confidence, unknown } = await answer.json();`,
    answer: json({
      file: "take-1.wav",
      label: "good night",
      confidence: 0.988,
      scores: { "good night": 0.988, "hey golem": 0.0063, "lights on": 0.0057 },
      unknown: false,
      familiarity: -0.188,
      labelSet: ["good night"],
      seconds: 1.0276,
      warnings: [],
    }),
  },
  "POST /v1/golems/{id}/detect": {
    curl: `curl -N -H "content-type: audio/wav" --data-binary @long.wav \\
  "${golem}/detect?threshold=0.6"`,
    javascript: `const answer = await fetch("${golem}/detect", {
  method: "POST",
  headers: { "content-type": "application/octet-stream" },
  body: file,
});
// Events arrive while the recording is read.
for await (const text of answer.body.pipeThrough(new TextDecoderStream())) console.log(text);`,
    answer: lines(
      { start: 1, end: 1.79, label: "good night", confidence: 0.802 },
      { start: 2.69, end: 3.43, label: "lights on", confidence: 0.826 },
    ),
  },
  "GET /v1/golems/{id}/listen": {
    javascript: `// samples: a Float32Array, mono, 16 kHz
const socket = new WebSocket("${golem.replace("http", "ws")}/listen?format=f32le&rate=16000");
socket.onmessage = ({ data }) => console.log(JSON.parse(data));
socket.onopen = () => {
  for (let at = 0; at < samples.length; at += 4000) socket.send(samples.slice(at, at + 4000));
  socket.send("end");
};`,
    answer: lines(
      { type: "event", start: 1, end: 1.79, label: "good night", confidence: 0.802 },
      { type: "event", start: 2.69, end: 3.43, label: "lights on", confidence: 0.826 },
      { type: "end", seconds: 5.056 },
    ),
  },
  "GET /v1/golems": {
    curl: `curl ${sampleOrigin}/v1/golems`,
    javascript: read(`${sampleOrigin}/v1/golems`, "json"),
    answer: json({ golems: [summary] }),
  },
  "GET /v1/golems/{id}": {
    curl: `curl ${golem}`,
    javascript: read(golem, "json"),
    answer: json({
      ...summary,
      createdBy: "golem-audio 0.1.0",
      maximumSeconds: 1800,
      sampleRate: 16_000,
      views: [{ encoder: "google-speech-embedding", layer: 0, pooling: "mean+std", weight: 0.124 }],
      labelSetLevel: 0.9,
      evaluation: {
        ...{ protocol: "held-out", recordings: 30, classes: 3, accuracy: 1, balancedAccuracy: 1 },
        ...{ interval: [0.829, 1], chance: 0.333, majority: 0.333, macroF1: 1, trainAccuracy: 1 },
        grouping: "speaker",
      },
      training: {
        ...{ recordings: 36, seconds: 43.15 },
        perClass: { "good night": 12, "hey golem": 12, "lights on": 12 },
      },
    }),
  },
  "GET /healthz": {
    curl: `curl ${sampleOrigin}/healthz`,
    javascript: read(`${sampleOrigin}/healthz`, "json"),
    answer: json({ status: "ok", version: "0.1.0" }),
  },
  "GET /readyz": {
    curl: `curl ${sampleOrigin}/readyz`,
    javascript: read(`${sampleOrigin}/readyz`, "json"),
    answer: json({ status: "ready", version: "0.1.0" }),
  },
  "GET /metrics": {
    curl: `curl ${sampleOrigin}/metrics`,
    javascript: read(`${sampleOrigin}/metrics`, "text"),
    answer: `# HELP process_cpu_user_seconds_total Total user CPU time spent in seconds.
# TYPE process_cpu_user_seconds_total counter
process_cpu_user_seconds_total 1.219326`,
  },
};
