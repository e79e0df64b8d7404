/**
 * Rooms: impulse responses made from random numbers, and their effect on recordings.
 *
 * The direct sound, some early reflections, and noise that fades by 60 dB within the reverberation time
 * (Moorer 1979).
 */
import type { Random } from "../core/random.ts";
import { convolve } from "../math/fourier.ts";
import { computeLevel } from "./filters.ts";

/** Makes an impulse response: reverberation 0.1 to 0.8 s, reflections 0 to 12 dB below the sound. */
export function createRoom(sampleRate: number, random: Random): Float32Array {
  const reverberation = 0.1 * 8 ** random.uniform();
  const response = new Float32Array(Math.max(2, Math.round(0.7 * reverberation * sampleRate)));
  const fading = Math.log(1000) / (reverberation * sampleRate);
  const start = Math.min(response.length - 1, Math.round(0.008 * sampleRate));
  for (let i = start; i < response.length; i++) response[i] = random.normal() * Math.exp(-fading * i);
  const reflections = 4 + random.integer(8);
  for (let k = 0; k < reflections; k++) {
    const at = Math.round(sampleRate * (0.002 + 0.048 * random.uniform()));
    const strength = (4 + 4 * random.uniform()) * Math.exp(-fading * at);
    if (at < response.length) response[at]! += random.uniform() < 0.5 ? strength : -strength;
  }
  let energy = 0;
  for (const value of response) energy += value * value;
  const share = 10 ** (-(12 * random.uniform()) / 20) / Math.sqrt(energy || 1);
  for (let i = 0; i < response.length; i++) response[i]! *= share;
  response[0] = 1;
  return response;
}

/** Convolves samples with an impulse response, keeps their level, and lengthens them by at most 0.3 s. */
export function placeInRoom(samples: Float32Array, response: Float32Array, sampleRate: number): Float32Array {
  const tail = Math.min(response.length - 1, Math.round(0.3 * sampleRate));
  const wet = Float32Array.from(convolve(samples, response).subarray(0, samples.length + tail));
  const gain = computeLevel(samples) / (computeLevel(wet) || 1);
  for (let i = 0; i < wet.length; i++) wet[i]! *= gain;
  return wet;
}
