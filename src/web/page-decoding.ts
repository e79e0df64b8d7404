/**
 * `decodeAudioData` for workers, which do not have it: a worker sends whole files to its page, which sends
 * samples back.
 *
 * Not its concern: which files are decoded this way.
 */
import type { WholeFileDecoding } from "../audio/formats/whole-file-decoder.ts";

/** The worker's side. */
export type PageDecoding = WholeFileDecoding;

interface Request {
  readonly id: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In Hz. */
  readonly sampleRate: number;
}

type Answer = { readonly id: number } & (
  | { readonly planes: Float32Array<ArrayBuffer>[] }
  | { readonly failure: string }
);

/** Creates a port to be moved to a worker; files received on it are decoded on this page. */
export function servePageDecoding(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = async ({ data }: MessageEvent<Request>) => {
    const { id, bytes, sampleRate } = data;
    try {
      const context = new OfflineAudioContext(1, 1, sampleRate);
      const buffer = await context.decodeAudioData(bytes.buffer);
      const planes = Array.from({ length: buffer.numberOfChannels }, (_, channel) =>
        buffer.getChannelData(channel).slice(),
      );
      const answer: Answer = { id, planes };
      port1.postMessage(
        answer,
        planes.map((plane) => plane.buffer),
      );
    } catch (error) {
      const answer: Answer = { id, failure: error instanceof Error ? error.message : String(error) };
      port1.postMessage(answer);
    }
  };
  return port2;
}

/** Creates the worker's side of a port made by {@link servePageDecoding}. */
export function createPageDecoding(port: MessagePort): PageDecoding {
  const waiting = new Map<number, { resolve(planes: Float32Array[]): void; reject(error: Error): void }>();
  let last = 0;
  port.onmessage = ({ data }: MessageEvent<Answer>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ("planes" in data) call?.resolve(data.planes);
    else call?.reject(new Error(data.failure));
  };
  return (bytes, sampleRate) =>
    new Promise((resolve, reject) => {
      const request: Request = { id: ++last, bytes: new Uint8Array(bytes), sampleRate };
      waiting.set(last, { resolve, reject });
      port.postMessage(request, [request.bytes.buffer]);
    });
}
