/** A small model on a Hub of the tests, and the settings to fetch it with. */
import { join } from "node:path";
import { GolemError } from "../../../src/core/error.ts";
import type { HubSettings } from "../../../src/node/hub/hub-settings.ts";
import { startHubServer } from "./hub-server.ts";

export const model = { id: "facebook/tiny", type: "model" } as const;
export const weights = { ...model, revision: "main", path: "model.safetensors" };
export const bytes = Buffer.from(
  Uint8Array.from({ length: 300_000 }, (_, i) => Math.imul(i, 2654435761) >>> 13),
);
export const files = { "model.safetensors": bytes, "config.json": '{"a":1}\n', "deep/er/é b.json": "[]" };

export async function start(changes: Partial<HubSettings> = {}) {
  const server = await startHubServer();
  const commit = server.put({ ...model, files });
  const settings = await server.createSettings(changes);
  const folder = join(settings.cache, "models--facebook--tiny");
  return { server, commit, settings, folder };
}

export async function fails(action: Promise<unknown>): Promise<GolemError> {
  const error = await action.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof GolemError)) throw new Error(`no GolemError but ${error}`);
  return error;
}
