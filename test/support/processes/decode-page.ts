/** A page that decodes files as the library's worker does: `decode(url, way)`; built by a test. */
import { decodeSource } from "../../../src/audio/formats/decode-source.ts";
import { createMemorySource } from "../../../src/core/byte-source.ts";
import { GolemError } from "../../../src/core/error.ts";
import { createBrowserDecoders } from "../../../src/web/browser-decoders.ts";
import { createPageDecoding, servePageDecoding } from "../../../src/web/page-decoding.ts";

const decoders = createBrowserDecoders(createPageDecoding(servePageDecoding()));

async function decode(url: string, only?: string): Promise<unknown> {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  const chosen = decoders.filter(({ id }) => only === undefined || id === only);
  try {
    const { stream } = await decodeSource(createMemorySource(bytes, url), chosen, {});
    const planes: number[][] = [];
    for await (const chunk of stream.chunks) {
      for (const [i, plane] of chunk.entries()) {
        planes[i] ??= [];
        for (const value of plane) planes[i].push(value);
      }
    }
    const { container, codec, sampleRate, warnings } = stream;
    return { container, codec, sampleRate, warnings, planes };
  } catch (error) {
    if (error instanceof GolemError) return { code: error.code, message: error.message };
    throw error;
  }
}

Object.assign(globalThis, { decode });
