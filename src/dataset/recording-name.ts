/**
 * Recognises recordings in a folder by the extension of their names; their content is identified later.
 *
 * Not its concern: the file system, decoders.
 */

const recordingExtensions = new Set(
  (
    "wav wave bwf rf64 w64 mp3 mp2 mpga flac ogg oga opus spx aif aiff aifc m4a m4b mp4 aac webm weba mka wma asf " +
    "amr awb 3gp 3gpp 3g2 au snd caf gsm g722 sph nist ac3 eac3 dts wv ape tta tak shn voc mpc mp1 ra rm dsf dff svx " +
    "m4r oma aa3 at3 qcp adx sln flv mov mkv avi"
  ).split(" "),
);

const systemNames = new Set(["thumbs.db", "desktop.ini", "icon\r", "__macosx", "@eadir", "$recycle.bin"]);

/** Whether a file or folder belongs to the system rather than the user: hidden, a thumbnail cache ... */
export function isSystemName(name: string): boolean {
  return name.startsWith(".") || systemNames.has(name.toLowerCase());
}

/** Whether a file's name may be that of a recording: it has an audio extension, or none. */
export function isRecordingName(name: string): boolean {
  const extension = getExtension(name);
  return extension === "" || recordingExtensions.has(extension);
}

/**
 * Returns the extension of a name in lower case, without the dot. Endings that contain spaces, are longer
 * than eight characters or start with a digit (except "3gp") are part of the name ("take.2", "interview
 * 12.05").
 */
export function getExtension(name: string): string {
  const match = /[^.]\.([a-z][a-z0-9_~-]{0,7}|3g[a-z0-9]{1,2})$/i.exec(name);
  return match?.[1]?.toLowerCase() ?? "";
}
