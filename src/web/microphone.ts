/**
 * Captures a stream of the browser as samples on a message port, which can be moved to a worker; samples then
 * go from the audio thread to the worker without passing through the page.
 */

/** A stream that is being captured. */
export interface Capture {
  /** Sample rate of the samples, in Hz. */
  readonly sampleRate: number;
  /** Receives Float32Arrays of mono samples, about 21 ms each, then undefined at the end. */
  readonly samples: MessagePort;
  /** Sends the remaining samples, then undefined to mark the end. */
  finish(): void;
  /** Frees the audio thread; the stream's tracks keep running. */
  stop(): Promise<void>;
}

/**
 * Captures the audio of a stream. Must be called after a click or key press, since browsers allow sound only
 * after a user action. `worklet`: address of the built capture-worklet.ts. Rejects with the browser's
 * DOMException if there is no audio to capture.
 */
export async function captureStream(stream: MediaStream, worklet: string | URL): Promise<Capture> {
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(worklet);
    const node = new AudioWorkletNode(context, "golem-capture", { numberOfOutputs: 0 });
    const source = context.createMediaStreamSource(stream);
    const { port1, port2 } = new MessageChannel();
    node.port.postMessage(port1, [port1]);
    source.connect(node);
    await context.resume();
    return {
      sampleRate: context.sampleRate,
      samples: port2,
      finish: () => node.port.postMessage("finish"),
      async stop() {
        source.disconnect();
        await context.close();
      },
    };
  } catch (error) {
    await context.close();
    throw error;
  }
}
