/**
 * The microphone: samples at 16 kHz as they are heard, by the library's own resampler, nothing made louder or cleaner by the browser.
 *
 * Not its concern: takes, files.
 */
import { createResampler } from "../../audio/resampler.ts";
import processorUrl from "./capture-processor.ts?worker&url";

/** Rate of what is handed out, in Hz. */
export const microphoneRate = 16_000;

/** A microphone that is on. */
export interface Microphone {
  /** Turns it off. */
  close(): void;
}

/**
 * Turns the microphone on. `onSamples` gets pieces of about 20 ms. Rejects with a DOMException: `NotAllowedError` where the user said
 * no, `NotFoundError` where there is none, `NotReadableError` where another program has it.
 */
export async function openMicrophone(onSamples: (samples: Float32Array) => void): Promise<Microphone> {
  if (!navigator.mediaDevices)
    throw new DOMException("This page may not use a microphone.", "NotAllowedError");
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  });
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(processorUrl);
    const resampler = createResampler(context.sampleRate, microphoneRate);
    const source = context.createMediaStreamSource(stream);
    const capture = new AudioWorkletNode(context, "capture", { numberOfOutputs: 0 });
    capture.port.onmessage = ({ data }: MessageEvent<Float32Array>) => onSamples(resampler.push(data));
    source.connect(capture);
    await context.resume();
  } catch (error) {
    stop(stream, context);
    throw error;
  }
  return { close: () => stop(stream, context) };
}

function stop(stream: MediaStream, context: AudioContext): void {
  for (const track of stream.getTracks()) track.stop();
  void context.close();
}
