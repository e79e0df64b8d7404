/** The server's application: access, headers, routes, errors, logging. It does not open a port. */
import { randomUUID } from "node:crypto";
import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { routePath } from "hono/route";
import packageJson from "../../package.json" with { type: "json" };
import { GolemError, toErrorRecord } from "../core/error.ts";
import { WorkerDeath } from "../node/threads/worker-thread.ts";
import type { KeyCheck } from "./api-keys.ts";
import { getClientName } from "./api-keys.ts";
import { type DetectParts, handleDetect } from "./detect-route.ts";
import { createApiDocument } from "./docs/api-document.ts";
import { docsPolicy, renderDocsPage } from "./docs/docs-page.ts";
import { describeGolem, summariseGolem } from "./golem-views.ts";
import { createListenRoute, type ListenParts } from "./listen-route.ts";
import { handlePredict, type PredictParts } from "./predict-route.ts";
import { createProblem, getProblemHeaders } from "./problem.ts";
import type { RequestGuard } from "./request-guard.ts";
import {
  detectRoute,
  golemRoute,
  healthRoute,
  listenRoute,
  listRoute,
  metricsRoute,
  predictRoute,
  readyRoute,
} from "./routes.ts";
import type { ServerContext } from "./server-context.ts";

/** Everything that the application uses. */
export interface AppParts extends PredictParts, DetectParts, ListenParts {
  readonly guard: RequestGuard;
  /** Checks a key; undefined if no key is needed. */
  readonly isKey: KeyCheck | undefined;
  /** Origins that get CORS headers. */
  readonly origins: readonly string[];
  /** Whether the server is about to stop. */
  isStopping(): boolean;
}

/** The application. */
export type App = OpenAPIHono<ServerContext>;

const policy = "default-src 'none'; frame-ancestors 'none'";

/** Creates the application. */
export function createApp(parts: AppParts): App {
  const app: App = new OpenAPIHono<ServerContext>();
  addAccess(app, parts);
  addState(app, parts);
  addGolems(app, parts);
  addDocumentation(app);
  // Added last, since it lists the addresses of the routes above.
  addErrors(app, parts);
  return app;
}

/** Adds the middleware of all requests: logging, headers, the checks of Host, Origin and key. */
function addAccess(app: App, parts: AppParts): void {
  app.use(createRequestLog(parts));
  app.use(async (c, next) => {
    c.header("x-content-type-options", "nosniff");
    c.header("referrer-policy", "no-referrer");
    c.header("cross-origin-resource-policy", "same-origin");
    c.header("content-security-policy", policy);
    c.header("cache-control", "no-store");
    if (parts.isStopping()) c.header("connection", "close");
    parts.guard(c.req.header("host"), c.req.header("origin"));
    await next();
    // An unread body would keep the connection busy as long as its sender continues.
    const { incoming } = c.env as Partial<ServerContext["Bindings"]>;
    if (incoming && !incoming.complete && hasBody(incoming)) c.header("connection", "close");
  });
  if (parts.origins.length > 0) {
    app.use(
      cors({
        origin: [...parts.origins],
        allowMethods: ["GET", "POST"],
        allowHeaders: ["authorization", "x-api-key", "content-type"],
        exposeHeaders: ["x-request-id", "retry-after"],
        maxAge: 600,
      }),
    );
  }
  const checkKey = createKeyChecker(parts.isKey);
  app.use("/v1/*", checkKey);
  app.use("/metrics", checkKey);
}

function hasBody({ headers }: ServerContext["Bindings"]["incoming"]): boolean {
  return "transfer-encoding" in headers || Number(headers["content-length"] ?? 0) > 0;
}

/** Adds routes about the server itself. */
function addState(app: App, { golems, pool, metrics, isStopping }: AppParts): void {
  const state = (status: "ok" | "ready") => ({ status, version: packageJson.version });
  app.openapi(healthRoute, (c) => c.json(state("ok"), 200));
  app.openapi(readyRoute, (c) => {
    if (isStopping()) throw new GolemError("not-ready", "The server is about to stop.");
    if (!golems.isReady()) throw new GolemError("not-ready", "Golems are still being loaded.");
    if (pool.getReady() === 0) throw new GolemError("not-ready", "No worker thread is ready.");
    return c.json(state("ready"), 200);
  });
  app.get(metricsRoute.path, async (c) =>
    c.body(await metrics.render(), 200, { "content-type": metrics.contentType }),
  );
}

/** Adds routes about golems and for using them. */
function addGolems(app: App, parts: AppParts): void {
  const { golems } = parts;
  app.openapi(listRoute, (c) => c.json({ golems: golems.list().map(summariseGolem) }, 200));
  app.openapi(golemRoute, (c) => c.json(describeGolem(golems.get(c.req.valid("param").id)), 200));
  // Bodies are read as they arrive, so no schema library validates these requests.
  app.post(predictRoute.getRoutingPath(), (c) => handlePredict(c, c.req.param("id"), parts));
  app.post(detectRoute.getRoutingPath(), (c) => handleDetect(c, c.req.param("id"), parts));
  app.get(listenRoute.getRoutingPath(), createListenRoute(parts), () => {
    throw new GolemError("bad-request", "This address is for WebSockets.", {
      hint: "Open it with a WebSocket, as /docs describes.",
    });
  });
}

/** Adds the OpenAPI document, and the page made from it. */
function addDocumentation(app: App): void {
  const document = createApiDocument();
  app.get("/openapi.json", (c) => c.json(document));
  const page = renderDocsPage(document);
  app.get("/docs", async (c) => c.html(await page, 200, { "content-security-policy": docsPolicy }));
  app.get("/", (c) => c.redirect("/docs"));
}

/** Handles unknown addresses and wrong methods, and creates the problem documents of all errors. */
function addErrors(app: App, { admission, log }: AppParts): void {
  const known = listPaths(app);
  app.notFound((c) => {
    const methods = new Set(
      known.filter(({ pattern }) => pattern.test(c.req.path)).map(({ method }) => method),
    );
    if (methods.size > 0) {
      const allowed = [...methods].join(", ");
      c.header("allow", allowed);
      throw new GolemError(
        "method-not-allowed",
        `${c.req.method} is not allowed at this address; expected ${allowed}.`,
      );
    }
    throw new GolemError("not-found", "There is nothing at this address.", {
      hint: "/docs lists the addresses.",
    });
  });
  app.onError((error, c) => {
    const record = toErrorRecord(error, "unexpected");
    const isDeath = error instanceof WorkerDeath;
    const requestId = c.get("requestId") ?? randomUUID();
    const problem = createProblem(isDeath ? { ...record, code: "unexpected" } : record, requestId);
    const { incoming } = c.env;
    if (problem.status === 500) log.error({ requestId, code: record.code, error: record.message }, "fault");
    c.get("note")?.({ code: record.code });
    const headers = getProblemHeaders(problem, admission.getRetrySeconds());
    // The rest of a body would be parsed as the next request.
    if (incoming && !incoming.complete) headers.connection = "close";
    return c.body(JSON.stringify(problem), problem.status as 500, headers);
  });
}

/** Gives every request an id, counts it and logs it; no contents of requests are written to the log. */
function createRequestLog({ log, metrics }: AppParts): MiddlewareHandler<ServerContext> {
  return async (c, next) => {
    const start = performance.now();
    const requestId = randomUUID();
    const facts: Record<string, number | string> = {};
    const { outgoing } = c.env as Partial<ServerContext["Bindings"]>;
    c.set("requestId", requestId);
    c.set("note", (more) => Object.assign(facts, more));
    c.set("onLeave", (listener) => {
      outgoing?.once("close", () => {
        if (!outgoing.writableFinished) listener();
      });
    });
    c.header("x-request-id", requestId);
    outgoing?.once("close", () => {
      const route = getRoute(c);
      const seconds = (performance.now() - start) / 1000;
      const left = !outgoing.writableFinished;
      const status = left ? 499 : outgoing.statusCode;
      metrics.countRequest(route, c.req.method, status, seconds);
      const golem = c.req.param("id");
      log.info({
        ...{ requestId, method: c.req.method, route, status, milliseconds: Math.round(seconds * 1e4) / 10 },
        ...(golem !== undefined && status !== 404 ? { golem } : {}),
        ...facts,
        ...(left ? { left } : {}),
      });
    });
    await next();
  };
}

/** Rejects requests without a valid key, if keys are needed, and identifies the client. */
function createKeyChecker(isKey: KeyCheck | undefined): MiddlewareHandler<ServerContext> {
  return async (c, next) => {
    let known: string | undefined;
    if (isKey) {
      const [, bearer] = /^Bearer ([^\s]+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
      const key = bearer ?? c.req.header("x-api-key");
      if (key === undefined || !isKey(key)) {
        throw new GolemError(
          "unauthorised",
          key === undefined ? "An API key is needed." : "The API key is wrong.",
          { hint: "Send it as Authorization: Bearer KEY, or as X-API-Key." },
        );
      }
      known = key;
    }
    c.set("client", getClientName(known, c.env.incoming?.socket.remoteAddress));
    await next();
  };
}

/** Gets the pattern of the route that answered; "other" if there is none. */
function getRoute(c: Context<ServerContext>): string {
  const path = routePath(c, -1);
  return path === "/*" || path === "*" || path.endsWith("/*") ? "other" : path;
}

function listPaths(app: App): { method: string; pattern: RegExp }[] {
  return app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => ({
      method,
      pattern: new RegExp(`^${path.replaceAll(/:[^/]+/g, "[^/]+")}$`),
    }));
}
