/**
 * The page at /docs: the OpenAPI document as one page of HTML, with samples and a form for each route, and
 * every error code with its status.
 *
 * Own code rather than @hono/swagger-ui or Scalar, which load scripts from another server. Not its concern:
 * how forms are sent (docs-script.ts).
 */
import { createHash } from "node:crypto";
import { html, raw } from "hono/html";
import type { ErrorCode } from "../../core/error.ts";
import { errorReference } from "../../core/error-reference.ts";
import { statusOfCode } from "../problem.ts";
import { routeSamples, sampleOrigin } from "./docs-samples.ts";
import { writeDocsScript } from "./docs-script.ts";

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

interface ParameterSchema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: string | number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: ParameterSchema;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { description?: string; content: Record<string, unknown> };
  readonly responses: Record<string, { description: string; content?: Record<string, { schema?: unknown }> }>;
}

interface Route {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}

// The colours are those of the studio (view/look.css).
const style = `:root{color-scheme:light dark;--bg:light-dark(#fcfbf9,#14161b);--raised:light-dark(#f3f1ec,#1d2027);--ink:light-dark(#1c1d21,#eceae4);
--quiet:light-dark(#5d5f66,#a3a6ae);--line:light-dark(#e2dfd8,#30343d);--edge:light-dark(#8b8d94,#70747d);--accent:light-dark(#2f4bc7,#9db2ff);
--on-accent:light-dark(#fff,#14161b)}
*{box-sizing:border-box}body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1rem 1rem 4rem;color:var(--ink);background:var(--bg)}
h1,h2{line-height:1.2;letter-spacing:-.02em}h2{margin:3rem 0 .5rem;padding-top:1rem;border-top:1px solid var(--line)}h3{font-size:1rem;margin:1rem 0 .25rem}
p{margin:.5rem 0}small,.quiet{color:var(--quiet)}code,pre,output{font:.85rem/1.45 ui-monospace,monospace}
pre,output{display:block;margin:.25rem 0;overflow:auto;max-height:17rem;padding:.75rem;background:var(--raised);border-radius:.5rem;white-space:pre}output:empty{display:none}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid var(--line)}
h1,h2,p,code{overflow-wrap:anywhere}td,th{overflow-wrap:break-word}td:first-child code{overflow-wrap:normal}.address{margin-top:0;font-size:1rem}
.name{display:flex;justify-content:space-between;align-items:end;gap:.75rem;margin-top:1rem}.name h3{margin:0 0 .25rem}button.copy{background:none;border-color:var(--line);color:var(--accent);font-size:.85rem;min-height:2rem;padding:.1rem .8rem}
button.copy:hover{border-color:var(--edge)}nav ul{list-style:none;padding:0;margin:.5rem 0;display:grid;gap:.25rem}
summary{cursor:pointer;color:var(--accent);padding:.25rem 0}a{color:var(--accent)}:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
form{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end}label{display:grid;gap:.1rem;font-size:.85rem;max-width:100%}output{flex:1 0 100%;min-width:0}
input,select,button{font:inherit;font-size:1rem;color:inherit;background:var(--bg);border:1px solid var(--edge);border-radius:.6rem;padding:.4rem .7rem;min-height:2.75rem;max-width:100%}
input{width:11rem}input[type=file]{width:20rem}button{background:var(--accent);border-color:var(--accent);color:var(--on-accent);border-radius:2rem;padding:.4rem 1.2rem;cursor:pointer}
button:disabled{opacity:.5}@media(max-width:600px){thead{display:none}tr{display:block;padding:.4rem 0;border-bottom:1px solid var(--line)}td{display:block;padding:0;border:0}td:empty{display:none}
td:nth-child(2):not(:last-child),td:nth-child(3):not(:last-child){display:inline}td:nth-child(3):not(:last-child)::before{content:' · '}form label{width:calc(50% - .375rem)}form label:has([type=file]){width:100%}input,input[type=file]{width:100%}}`;

const script = writeDocsScript(sampleOrigin);

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Content-Security-Policy of the page: its own style and script, requests to this server. */
export const docsPolicy = `default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Renders the page. */
export async function renderDocsPage(document: ShownDocument): Promise<string> {
  const { info, paths = {}, components } = document;
  const order = Object.keys(routeSamples);
  const routes = Object.entries(paths)
    .flatMap(([path, item]) =>
      Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
        path,
        method: method.toUpperCase(),
        operation,
      })),
    )
    .sort((a, b) => order.indexOf(getName(a)) - order.indexOf(getName(b)));
  const page = await html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${info.title} ${info.version}</title><style>${raw(style)}</style></head><body><main>
<h1>${info.title} <small>${info.version}</small></h1><p>${info.description}</p>
<p>For programs: <a href="/openapi.json">openapi.json</a>. If the server was started with API keys, each request to <code>/v1</code> and
<code>/metrics</code> needs one, as <code>-H "x-api-key: KEY"</code> or <code>-H "authorization: Bearer KEY"</code>.</p>
<p><label>API key for the forms on this page, if the server needs one <input id="key" type="password" autocomplete="off"></label></p>
<nav aria-label="Addresses"><ul>${routes.map(
    (route) =>
      html`<li><a href="#${getId(route)}"><code>${getName(route)}</code></a> ${route.operation.summary}</li>`,
  )}</ul></nav>
${routes.map(renderRoute)}
<h2 id="schemas">Schemas</h2>
${Object.entries(components?.schemas ?? {}).map(
  ([name, schema]) => html`<details id="schema-${name}"><summary><code>${name}</code></summary>
${renderCode(JSON.stringify(schema, null, 2), "schema", `Schema ${name}`)}</details>`,
)}
<h2 id="errors">Errors</h2>
<p>Errors are problem documents (RFC 9457) with one of these codes.</p>
<table><thead><tr><th>Code</th><th>Status</th><th>Cause</th><th>Remedy</th></tr></thead><tbody>
${Object.entries(statusOfCode).map(
  ([code, status]) => html`<tr id="${code}"><td><code>${code}</code></td><td>${status}</td>
<td>${errorReference[code as ErrorCode].cause}</td><td>${errorReference[code as ErrorCode].remedy}</td></tr>`,
)}
</tbody></table></main><script>${raw(script)}</script></body></html>`;
  return String(page);
}

const getName = ({ method, path }: Route): string => `${method} ${path}`;
const getId = (route: Route): string =>
  getName(route)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-");

function renderRoute(route: Route) {
  const { summary, description, parameters = [], requestBody, responses } = route.operation;
  const samples = routeSamples[getName(route)];
  return html`<section><h2 id="${getId(route)}">${summary}</h2><p class="address"><code>${getName(route)}</code></p>${description ? html`<p>${description}</p>` : ""}
${
  requestBody
    ? html`<p>Body: ${Object.keys(requestBody.content).map((type, i) => html`${i > 0 ? ", " : ""}<code>${type}</code>`)}. ${requestBody.description ?? ""}</p>`
    : ""
}
${
  parameters.length > 0
    ? html`<table><thead><tr><th>Parameter</th><th>Type</th><th>Default</th><th>Meaning</th></tr></thead><tbody>${parameters.map(
        renderParameter,
      )}</tbody></table>`
    : ""
}
${samples?.curl ? renderSample("curl", samples.curl, route) : ""}
${samples ? renderSample("JavaScript", samples.javascript, route) : ""}
${samples ? html`<h3>An answer</h3>${renderCode(samples.answer, "answer", `An answer of ${getName(route)}`)}` : ""}
<h3>Try it</h3>${renderForm(route)}
<details><summary>Statuses and schemas</summary><table><thead><tr><th>Status</th><th>Meaning</th><th>Body</th></tr></thead><tbody>${Object.entries(
    responses,
  ).map(
    ([status, { description: text, content = {} }]) =>
      html`<tr><td>${status}</td><td>${text}</td><td>${Object.entries(content).map(
        ([type, { schema }]) => html`<code>${type}</code> ${renderReferences(schema)}`,
      )}</td></tr>`,
  )}</tbody></table></details></section>`;
}

/** The text scrolls sideways, so it must be reachable by keys. */
const renderCode = (text: string, kind: string, name: string) =>
  html`<pre class="${kind}" tabindex="0" role="region" aria-label="${name}">${text}</pre>`;

/** A sample with the button that copies it. */
const renderSample = (language: string, text: string, route: Route) => {
  const name = `${language}, ${getName(route)}`;
  return html`<div class="name"><h3>${language}</h3><button type="button" class="copy" aria-label="Copy ${name}">Copy</button></div>
${renderCode(text, `sample ${language.toLowerCase()}`, name)}`;
};

function renderParameter({ name, in: place, required, description, schema = {} }: Parameter) {
  const { type = "string", minimum, maximum } = schema;
  const range = minimum === undefined ? "" : `, ${minimum} to ${maximum}`;
  const kind = schema.enum ? schema.enum.join(" or ") : `${type}${range}`;
  const standard = schema.default ?? (required ? "required" : "optional");
  return html`<tr><td><code>${name}</code> <span class="quiet">in the ${place}</span></td><td>${kind}</td><td>${standard}</td>
<td>${description ?? schema.description ?? ""}</td></tr>`;
}

function renderForm(route: Route) {
  const { parameters = [], requestBody } = route.operation;
  const isListen = route.path.endsWith("/listen");
  // Without parameters that the script sets itself: the sample format of listen, and the names of files.
  const shown = parameters.filter(({ name }) => name !== "name" && name !== "format");
  return html`<form data-method="${route.method}" data-path="${route.path}">${shown.map(
    ({ name, required, schema }) =>
      html`<label>${name} <input name="${name}" value="${schema?.default ?? ""}" ${required ? "required" : ""}></label>`,
  )}${requestBody || isListen ? html`<label>recording <input type="file" name="body" accept="audio/*" required></label>` : ""}
<button aria-label="Send ${getName(route)}">Send</button><output tabindex="0" aria-label="What ${getName(route)} answered"></output></form>`;
}

/** Links to the schemas that a schema refers to. */
function renderReferences(schema: unknown) {
  const names = [...JSON.stringify(schema ?? null).matchAll(/#\/components\/schemas\/([\w.-]+)/g)];
  return names.map(([, name]) => html`<a href="#schema-${name}">${name}</a> `);
}
