/**
 * The microphone: samples at 16 kHz as they arrive, by the library's own resampler, with the browser's sound
 * processing off.
 *
 * Not its concern: takes, files.
 */
import { createResampler } from "../../audio/resampler.ts";
import workletUrl from "../../web/capture-worklet.ts?worker&url";
import { captureStream } from "../../web/microphone.ts";
import { chosenMicrophone, listMicrophones } from "./microphones.ts";

/** Rate of the samples handed out, in Hz. */
export const microphoneRate = 16_000;

/** A microphone that is on. */
export interface Microphone {
  /** Turns it off. */
  close(): void;
}

/**
 * Turns the microphone on. `onSamples` gets pieces of about 20 ms. Rejects with a DOMException:
 * `NotAllowedError` where the user refused, `NotFoundError` where there is no microphone, `NotReadableError`
 * where another program uses it.
 */
export async function openMicrophone(onSamples: (samples: Float32Array) => void): Promise<Microphone> {
  if (!navigator.mediaDevices)
    throw new DOMException("This page may not use a microphone.", "NotAllowedError");
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: {
      ...(chosenMicrophone.value === undefined ? {} : { deviceId: { ideal: chosenMicrophone.value } }),
      channelCount: 1,
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
    },
  });
  void listMicrophones();
  const stopTracks = (): void => {
    for (const track of stream.getTracks()) track.stop();
  };
  try {
    const { sampleRate, samples, stop } = await captureStream(stream, workletUrl);
    const resampler = createResampler(sampleRate, microphoneRate);
    samples.onmessage = ({ data }: MessageEvent<Float32Array>) => onSamples(resampler.push(data));
    return {
      close() {
        samples.close();
        stopTracks();
        void stop();
      },
    };
  } catch (error) {
    stopTracks();
    throw error;
  }
}
