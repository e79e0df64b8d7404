/**
 * ADPCM blocks in WAV files: IMA (format tag 0x11) and Microsoft (tag 2).
 *
 * Not its concern: headers, files.
 *
 * Blocks are independent, so damage to one does not affect the next. References: IMA Digital Audio Focus and
 * Technical Working Groups, Recommended Practices 3.00 (1992); Microsoft Multimedia Standards Update 3.0
 * (1994).
 */

/** Decodes one block to one array per channel; the last block of a file may be shorter than the others. */
export type BlockDecoder = (block: Uint8Array, channels: number) => Float32Array[];

// The table of the recommendation: each step is about 1.1 times the previous one.
// biome-ignore format: a table
const imaSteps = Int32Array.of(
  7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88,
  97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658,
  724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660,
  4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818,
  18500, 20350, 22385, 24623, 27086, 29794, 32767,
);
const imaIndexChange = [-1, -1, -1, -1, 2, 4, 6, 8];

function clamp16(value: number): number {
  return Math.min(32_767, Math.max(-32_768, value));
}

/** IMA ADPCM: a 4-byte header per channel, then groups of 8 samples (4 bytes), low nibble first. */
export const decodeImaBlock: BlockDecoder = (block, channels) => {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const header = 4 * channels;
  if (block.length < header) return Array.from({ length: channels }, () => new Float32Array(0));
  const groups = Math.floor((block.length - header) / header);
  return Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(1 + groups * 8);
    let predictor = view.getInt16(channel * 4, true);
    let index = Math.min(88, block[channel * 4 + 2]!);
    plane[0] = predictor / 32_768;
    for (let i = 0; i < groups * 8; i++) {
      const byte = block[header + (i >> 3) * header + channel * 4 + ((i & 7) >> 1)]!;
      const nibble = i & 1 ? byte >> 4 : byte & 15;
      const step = imaSteps[index]!;
      let difference = step >> 3;
      if (nibble & 4) difference += step;
      if (nibble & 2) difference += step >> 1;
      if (nibble & 1) difference += step >> 2;
      predictor = clamp16(nibble & 8 ? predictor - difference : predictor + difference);
      index = Math.min(88, Math.max(0, index + imaIndexChange[nibble & 7]!));
      plane[i + 1] = predictor / 32_768;
    }
    return plane;
  });
};

const msAdaptation = [230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230];
const msCoefficients: readonly (readonly [number, number])[] = [
  [256, 0],
  [512, -256],
  [0, 0],
  [192, 64],
  [240, 0],
  [460, -208],
  [392, -232],
];

/** Microsoft ADPCM, seven standard predictors: a 7-byte header per channel, then nibbles, high first. */
export const decodeMsBlock: BlockDecoder = (block, channels) => {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  const header = 7 * channels;
  if (block.length < header) return Array.from({ length: channels }, () => new Float32Array(0));
  const coded = Math.floor(((block.length - header) * 2) / channels);
  return Array.from({ length: channels }, (_, channel) => {
    const plane = new Float32Array(2 + coded);
    const [first, second] = msCoefficients[Math.min(6, block[channel]!)]!;
    let delta = view.getInt16(channels + channel * 2, true);
    let newer = view.getInt16(3 * channels + channel * 2, true);
    let older = view.getInt16(5 * channels + channel * 2, true);
    plane[0] = older / 32_768;
    plane[1] = newer / 32_768;
    for (let i = 0; i < coded; i++) {
      const position = i * channels + channel;
      const byte = block[header + (position >> 1)]!;
      const nibble = position & 1 ? byte & 15 : byte >> 4;
      const predicted = (newer * first + older * second) >> 8;
      const sample = clamp16(predicted + (nibble & 8 ? nibble - 16 : nibble) * delta);
      delta = Math.min(1_000_000, Math.max(16, (msAdaptation[nibble]! * delta) >> 8));
      older = newer;
      newer = sample;
      plane[i + 2] = sample / 32_768;
    }
    return plane;
  });
};
