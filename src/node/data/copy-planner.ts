/**
 * Plans the varied copies of recordings, with noises and room responses of the user if folders of them are
 * given.
 *
 * Not its concern: how samples are varied.
 */
import { join } from "node:path";
import { GolemError } from "../../core/error.ts";
import { createRandom } from "../../core/random.ts";
import { isRecordingName } from "../../dataset/recording-name.ts";
import { planCopy } from "../../embed/embed-copy.ts";
import type { CopyOptions } from "../../workflow/environment.ts";
import type { FileCopy } from "../decode/embed-file.ts";
import { computeFileHash } from "../disk/file-hash.ts";
import { walkFolder } from "../disk/folder-walk.ts";

/**
 * Creates a function that plans the copies of a recording by its hash. Rejects with `no-recordings` for a
 * given folder without recordings, and with the errors of reading it.
 */
export async function createCopyPlanner({
  variations = [],
  noise,
  rooms,
}: CopyOptions): Promise<(fileHash: string) => readonly FileCopy[]> {
  if (variations.length === 0) return () => [];
  const sounds = { noise: await listSounds(noise), rooms: await listSounds(rooms) };
  return (fileHash) =>
    variations.map((variation, place) => {
      const random = createRandom(place, Number.parseInt(fileHash.slice(0, 8), 16));
      const pick = (from: readonly Sound[]) =>
        from.length > 0 ? from[random.integer(from.length)] : undefined;
      const ownNoise = variation.kind === "speed" ? undefined : pick(sounds.noise);
      const ownRoom = variation.kind === "room" ? pick(sounds.rooms) : undefined;
      const hashes = [
        ...(ownNoise ? [`noise ${ownNoise.hash}`] : []),
        ...(ownRoom ? [`room ${ownRoom.hash}`] : []),
      ];
      return {
        ...planCopy(fileHash, variation, hashes),
        ...(ownNoise ? { noise: ownNoise.path } : {}),
        ...(ownRoom ? { room: ownRoom.path } : {}),
      };
    });
}

interface Sound {
  readonly path: string;
  readonly hash: string;
}

async function listSounds(folder: string | undefined): Promise<Sound[]> {
  if (folder === undefined) return [];
  const { files } = await walkFolder(folder);
  const sounds: Sound[] = [];
  for (const file of files.filter(isRecordingName)) {
    const path = join(folder, file);
    sounds.push({ path, hash: await computeFileHash(path) });
  }
  if (sounds.length > 0) return sounds;
  throw new GolemError(
    "no-recordings",
    `${folder} contains no recordings; expected some, such as .wav files.`,
    {
      hint: "Name a folder of recordings of noise, or of impulse responses, or leave the option out.",
    },
  );
}
