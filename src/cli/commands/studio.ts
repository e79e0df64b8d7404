/** `golem studio`: serves the browser application to this machine, or writes it as a static site. */
import { resolve } from "node:path";
import { gatherStudioSite, writeStudioSite } from "../../node/export/studio-site.ts";
import { studioPort } from "../../server/studio-port.ts";
import { startStudioServer } from "../../server/studio-server.ts";
import { openBrowser } from "../open-browser.ts";
import type { StudioOutput } from "../output.ts";
import { shortenPath } from "../printed-path.ts";
import type { CommonOptions, Terminal } from "../terminal.ts";

interface StudioOptions extends CommonOptions {
  readonly port?: number;
  readonly open: boolean;
  readonly export?: string;
}

/** Runs the command; resolves with the exit code when interrupted. */
export async function runCommand(
  _: [],
  { port = studioPort, open, export: folder }: StudioOptions,
  terminal: Terminal,
): Promise<number> {
  const { signal } = terminal.work;
  const site = await gatherStudioSite(terminal.work);
  if (folder !== undefined) {
    await writeStudioSite(site, resolve(folder), terminal.work);
    terminal.printJson({ export: folder, files: site.size } satisfies StudioOutput);
    terminal.print(
      `Wrote ${site.size} files to ${shortenPath(folder)}: serve them with any static file server`,
    );
    terminal.print(
      "With the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp it uses several cores",
    );
    return 0;
  }
  const server = await startStudioServer(site, port);
  terminal.printJson({ url: server.url } satisfies StudioOutput);
  terminal.print(
    `The studio is at ${terminal.bold(server.url)} (Ctrl-C stops it; recordings stay in your browser)`,
  );
  if (open && !terminal.json && process.stdout.isTTY) openBrowser(server.url);
  await new Promise<void>((done) => {
    if (signal?.aborted) done();
    signal?.addEventListener("abort", () => done(), { once: true });
  });
  await server.close();
  return 0;
}
