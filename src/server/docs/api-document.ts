/** The OpenAPI document of the server: at /openapi.json, shown at /docs, and in the package. */
import { OpenAPIHono } from "@hono/zod-openapi";
import packageJson from "../../../package.json" with { type: "json" };
import { routes, securitySchemes } from "../routes.ts";

/** Creates the document. */
export function createApiDocument(): ReturnType<OpenAPIHono["getOpenAPI31Document"]> {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  for (const route of routes) openAPIRegistry.registerPath(route);
  for (const [name, scheme] of Object.entries(securitySchemes)) {
    openAPIRegistry.registerComponent("securitySchemes", name, scheme);
  }
  return getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Golem",
      version: packageJson.version,
      description: "Audio classifiers trained on about fifty recordings, behind HTTP.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: "/" }],
  });
}
