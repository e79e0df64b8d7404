/**
 * Which names in a folder are recordings, by their ending. What a recording really is, its content decides later.
 *
 * Not its concern: the file system, decoders.
 */

const recordingExtensions = new Set(
  (
    "wav wave bwf rf64 w64 mp3 mp2 mpga flac ogg oga opus spx aif aiff aifc m4a m4b mp4 aac webm weba mka wma asf " +
    "amr 3gp 3gpp 3g2 au snd caf gsm sph nist ac3 eac3 wv ape tta mov mkv avi"
  ).split(" "),
);

const systemNames = new Set(["thumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin"]);

/** Whether a file or folder is the system's business rather than the user's: hidden, a thumbnail cache ... */
export function isSystemName(name: string): boolean {
  return name.startsWith(".") || systemNames.has(name.toLowerCase());
}

/** Whether a file's name is that of a recording: an ending that audio has, or none at all. */
export function isRecordingName(name: string): boolean {
  const extension = getExtension(name);
  return extension === "" || recordingExtensions.has(extension);
}

/**
 * Gets the ending of a name in lower case, without the dot. What holds spaces, is longer than eight characters or
 * starts with a digit other than in "3gp" is part of the name ("take.2", "interview 12.05").
 */
export function getExtension(name: string): string {
  const match = /[^.]\.([a-z][a-z0-9_~-]{0,7}|3g[a-z0-9]{1,2})$/i.exec(name);
  return match?.[1]?.toLowerCase() ?? "";
}
