/**
 * A stream of the browser as samples on a message port: audio thread to worker, past the page.
 *
 * Not its concern: who listens.
 */
import { GolemError } from "../core/error.ts";

/** A stream that is being captured. */
export interface Capture {
  /** Of the samples, in Hz. */
  readonly sampleRate: number;
  /** Gives Float32Arrays of mono samples, undefined at the end; to be handed to whoever listens. */
  readonly samples: MessagePort;
  /** Sends what is left, and undefined as a sign of the end. */
  finish(): void;
  /** Frees the audio thread; the stream's own tracks are left running. */
  stop(): Promise<void>;
}

/**
 * Captures the audio of a stream. Has to follow a click or a key, as browsers keep sound from pages that nobody has touched.
 * Rejects with `unreadable` where there is no audio in the stream, or none to be had.
 */
export async function captureStream(stream: MediaStream): Promise<Capture> {
  if (stream.getAudioTracks().length === 0) {
    throw new GolemError("unreadable", "The stream has no audio; a stream of a microphone was expected.", {
      hint: "Ask for it with getUserMedia({ audio: true }).",
    });
  }
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(new URL("./capture-worklet.js", import.meta.url));
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
  } catch (cause) {
    await context.close();
    throw new GolemError("unreadable", `The stream cannot be captured: ${String(cause)}.`, {
      hint: "capture-worklet.js has to lie beside the module; pages get sound only from secure addresses (https, localhost).",
      cause,
    });
  }
}
