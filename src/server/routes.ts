/**
 * The routes as data: addresses, requests, answers. The OpenAPI document is generated from them.
 *
 * Not its concern: how answers are computed.
 */
import { createRoute } from "@hono/zod-openapi";
import { problemType } from "./problem.ts";
import {
  binarySchema,
  detectQuery,
  eventSchema,
  formSchema,
  golemListSchema,
  golemParams,
  golemSchema,
  listenQuery,
  predictionSchema,
  predictionsSchema,
  predictQuery,
  problemSchema,
  stateSchema,
} from "./schemas.ts";

const problems = {
  400: "The form or the query is not valid",
  401: "An API key is needed, and the one sent is missing or wrong",
  403: "This Host or Origin may not use the server",
  404: "No such golem or address",
  408: "The body did not arrive in time",
  413: "Too many bytes or files, or a recording that is too long",
  415: "Not a recording, or one that cannot be decoded here",
  422: "The recording cannot be used: damaged, silent, too short",
  429: "The client already uses its share of the queue; retry after the seconds in Retry-After",
  500: "A fault of the server",
  503: "Not ready, or no capacity for the request; retry after the seconds in Retry-After",
  504: "The request took longer than allowed",
} as const;

type ProblemStatus = keyof typeof problems;

function describeProblems(...statuses: readonly ProblemStatus[]) {
  const entries = statuses.map((status) => [
    status,
    { description: problems[status], content: { [problemType]: { schema: problemSchema } } },
  ]);
  return Object.fromEntries(entries) as Record<
    ProblemStatus,
    { description: string; content: Record<typeof problemType, { schema: typeof problemSchema }> }
  >;
}

const json = <T>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** Schemes of authentication, used if the server was started with keys. */
export const securitySchemes = {
  bearer: { type: "http", scheme: "bearer" },
  key: { type: "apiKey", in: "header", name: "X-API-Key" },
} as const;
const security = [{ bearer: [] }, { key: [] }, {}];

/** GET /healthz */
export const healthRoute = createRoute({
  method: "get",
  path: "/healthz",
  summary: "Whether the server runs",
  responses: { 200: json(stateSchema, "It does") },
});

/** GET /readyz */
export const readyRoute = createRoute({
  method: "get",
  path: "/readyz",
  summary: "Whether all golems are loaded and requests are accepted",
  responses: { 200: json(stateSchema, "They are"), ...describeProblems(503) },
});

/** GET /metrics */
export const metricsRoute = createRoute({
  method: "get",
  path: "/metrics",
  summary: "Counts and durations in the format of Prometheus",
  security,
  responses: {
    200: { description: "Metrics", content: { "text/plain": { schema: { type: "string" } } } },
    ...describeProblems(401, 403),
  },
});

/** GET /v1/golems */
export const listRoute = createRoute({
  method: "get",
  path: "/v1/golems",
  summary: "The golems of this server",
  security,
  responses: { 200: json(golemListSchema, "The golems"), ...describeProblems(401, 403, 503) },
});

/** GET /v1/golems/{id} */
export const golemRoute = createRoute({
  method: "get",
  path: "/v1/golems/{id}",
  summary: "One golem: its labels, encoders and evaluation",
  security,
  request: { params: golemParams },
  responses: { 200: json(golemSchema, "The golem"), ...describeProblems(401, 403, 404, 503) },
});

const recordingContent = {
  "audio/*": { schema: binarySchema },
  "application/octet-stream": { schema: binarySchema },
  "multipart/form-data": { schema: formSchema },
};

/** POST /v1/golems/{id}/predict */
export const predictRoute = createRoute({
  method: "post",
  path: "/v1/golems/{id}/predict",
  summary: "Classify recordings",
  description:
    "The response to a raw body is one document, or a problem document. The response to a form is an array, or JSON lines " +
    "if Accept names application/x-ndjson; the entry of a file that cannot be used contains the error.",
  security,
  request: {
    params: golemParams,
    query: predictQuery,
    body: {
      required: true,
      description: "WAV, AIFF, MP3, FLAC, Ogg; with ffmpeg on the server also M4A, WebM, AAC and others.",
      content: recordingContent,
    },
  },
  responses: {
    200: {
      description: "The answers",
      content: {
        "application/json": { schema: predictionSchema.or(predictionsSchema) },
        "application/x-ndjson": { schema: { type: "string" } },
      },
    },
    ...describeProblems(400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503, 504),
  },
});

/** POST /v1/golems/{id}/detect */
export const detectRoute = createRoute({
  method: "post",
  path: "/v1/golems/{id}/detect",
  summary: "Find the events in a long recording",
  description:
    "Events are sent as soon as they are certain: as JSON lines, or as server-sent events (detection, error, end) if Accept names text/event-stream. " +
    "With format, they are a table for another program. " +
    "An error after the first line is the last line; in a table, the connection is closed instead. WAV, FLAC, Ogg, MP3 and others are read while they arrive, and are never completely in memory; " +
    "MP4 (M4A) and AIFF must first be received completely and may not be larger than a body for predict.",
  security,
  request: {
    params: golemParams,
    query: detectQuery,
    body: { required: true, description: "One recording, as for predict.", content: recordingContent },
  },
  responses: {
    200: {
      description: "Events, one per line",
      content: {
        "application/x-ndjson": { schema: eventSchema },
        "text/event-stream": { schema: { type: "string" } },
        "text/csv": { schema: { type: "string" } },
        "text/plain": { schema: { type: "string" } },
        "text/tab-separated-values": { schema: { type: "string" } },
      },
    },
    ...describeProblems(400, 401, 403, 404, 408, 413, 415, 422, 429, 500, 503, 504),
  },
});

/** GET /v1/golems/{id}/listen, upgraded to a WebSocket */
export const listenRoute = createRoute({
  method: "get",
  path: "/v1/golems/{id}/listen",
  summary: "WebSocket: samples in, events out",
  description:
    'Send mono samples in binary messages, and the text message "end" after the last. The server sends JSON text messages with a type: event (start, end, label, confidence), warning, ' +
    "error (code, message, hint), and finally `end` (seconds).",
  security,
  request: { params: golemParams, query: listenQuery },
  responses: {
    101: { description: "The WebSocket" },
    ...describeProblems(400, 401, 403, 404, 429, 503),
  },
});

/** All routes, in the order of the OpenAPI document. */
export const routes = [
  healthRoute,
  readyRoute,
  metricsRoute,
  listRoute,
  golemRoute,
  predictRoute,
  detectRoute,
  listenRoute,
];
