/** Runs on the audio thread: mixes a stream to one channel, sends it in pieces to a port. */

/** Globals of the audio thread, which TypeScript's DOM library does not declare. */
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: unknown): void;

/** Samples per piece: about 21 ms at 48 kHz. */
const pieceSamples = 1024;

class CaptureProcessor extends AudioWorkletProcessor {
  private piece = new Float32Array(pieceSamples);
  private filled = 0;
  private target: MessagePort | undefined;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<MessagePort | "finish">) => {
      if (data !== "finish") this.target = data;
      else {
        this.target?.postMessage(this.piece.slice(0, this.filled));
        this.target?.postMessage(undefined);
        this.target = undefined;
      }
    };
  }

  /** Called by the browser for every 128 frames; returns true to be called again. */
  process([channels = []]: Float32Array[][]): boolean {
    const frames = channels[0]?.length ?? 0;
    for (let i = 0; i < frames; i++) {
      let sum = 0;
      for (const channel of channels) sum += channel[i]!;
      this.piece[this.filled++] = sum / channels.length;
      if (this.filled < pieceSamples) continue;
      this.target?.postMessage(this.piece, [this.piece.buffer]);
      this.piece = new Float32Array(pieceSamples);
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor("golem-capture", CaptureProcessor);

export {};
