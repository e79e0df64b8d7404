/**
 * The page at /docs: the OpenAPI document as one page of HTML, and every error code with its status.
 *
 * Own code rather than @hono/swagger-ui or Scalar, which load scripts from another server; this page needs
 * none.
 * Not its concern: what the routes do.
 */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { ErrorCode } from "../core/error.ts";
import { errorReference } from "../core/error-reference.ts";
import { statusOfCode } from "./problem.ts";

/** The part of an OpenAPI document that the page shows. */
interface ShownDocument {
  readonly info: {
    readonly title: string;
    readonly version: string;
    readonly description?: string | undefined;
  };
  readonly paths?: Readonly<Record<string, unknown>> | undefined;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> | undefined } | undefined;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema?: { description?: string };
  }[];
  readonly requestBody?: { description?: string; content: Record<string, unknown> };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema?: unknown }> }>;
}

const style = `body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem 1rem 4rem;color:#1b1b1f;background:#fff}
h1,h2,h3{line-height:1.2}h2{margin-top:2.5rem;border-bottom:1px solid #ccc}code,pre{font:.9rem/1.4 ui-monospace,monospace}
pre{overflow:auto;padding:.75rem;background:#f4f4f6;border-radius:.25rem}table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #e5e5e8}
h1,h2,p,td,th,code{overflow-wrap:anywhere}h2 code{font-size:1.1rem}
@media(max-width:600px){thead{display:none}tr{display:block;padding:.4rem 0;border-bottom:1px solid #e5e5e8}td{display:block;padding:0;border:0}td:empty{display:none}}
summary{cursor:pointer}a{color:#0b57d0}@media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}pre{background:#242428}
td,th,tr,h2{border-color:#3a3a40}a{color:#9cc0ff}}`;

/** Content-Security-Policy of the page: nothing but its own style. */
export const docsPolicy = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Renders the page. */
export async function renderDocsPage(document: ShownDocument): Promise<string> {
  const { info, paths = {}, components } = document;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      path,
      method,
      operation,
    })),
  );
  const page = await html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${info.title} ${info.version}</title><style>${raw(style)}</style></head><body>
<h1>${info.title} <small>${info.version}</small></h1><p>${info.description}</p>
<p>For programs: <a href="/openapi.json">openapi.json</a></p>
${operations.map(renderOperation)}
<h2 id="schemas">Schemas</h2>
${Object.entries(components?.schemas ?? {}).map(
  ([name, schema]) => html`<details id="schema-${name}"><summary><code>${name}</code></summary>
<pre>${JSON.stringify(schema, null, 2)}</pre></details>`,
)}
<h2 id="errors">Errors</h2>
<p>Errors are problem documents (RFC 9457) with one of these codes.</p>
<table><thead><tr><th>Code</th><th>Status</th><th>Cause</th><th>Cure</th></tr></thead><tbody>
${Object.entries(statusOfCode).map(
  ([code, status]) => html`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td>
<td>${errorReference[code as ErrorCode].cause}</td><td>${errorReference[code as ErrorCode].cure}</td></tr>`,
)}
</tbody></table></body></html>`;
  return String(page);
}

function renderOperation({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Operation;
}) {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  return html`<h2><code>${method.toUpperCase()} ${path}</code></h2><p>${summary}</p>${description ? html`<p>${description}</p>` : ""}
${
  parameters.length > 0
    ? html`<table><thead><tr><th>Parameter</th><th>In</th><th></th></tr></thead><tbody>${parameters.map(
        ({ name, in: place, required, description: text, schema }) => html`<tr><td><code>${name}</code></td>
<td>${place}${required ? ", required" : ""}</td><td>${text ?? schema?.description ?? ""}</td></tr>`,
      )}</tbody></table>`
    : ""
}
${
  requestBody
    ? html`<p>Body: ${Object.keys(requestBody.content).map((type) => html`<code>${type}</code> `)} ${requestBody.description ?? ""}</p>`
    : ""
}
<table><thead><tr><th>Status</th><th></th><th>Body</th></tr></thead><tbody>${Object.entries(responses).map(
    ([status, { description: text, content = {} }]) =>
      html`<tr><td>${status}</td><td>${text}</td><td>${Object.entries(content).map(
        ([type, { schema }]) => html`<code>${type}</code> ${renderReferences(schema)}`,
      )}</td></tr>`,
  )}</tbody></table>`;
}

/** Links to the schemas that a schema refers to. */
function renderReferences(schema: unknown) {
  const names = [...JSON.stringify(schema ?? null).matchAll(/#\/components\/schemas\/([\w.-]+)/g)];
  return names.map(([, name]) => html`<a href="#schema-${name}">${name}</a> `);
}
