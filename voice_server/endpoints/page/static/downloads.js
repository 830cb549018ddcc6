/** A take as a file: the sound as it was heard, or what the server makes of the same request. */

import { fetchBlob } from "./access.js";
import { captionRequest, speechRequest } from "./requests.js";

const CAPTIONS = ["srt", "vtt"];

/** The file of a take, as a Blob. Throws an Error with a message for the user. */
export function fileOf(take, format) {
  if (format === "wav") return take.recording.toWav();
  if (CAPTIONS.includes(format)) return fetchBlob("v1/audio/captioned", captionRequest(take.request, format));
  return fetchBlob("tts", speechRequest(take.request, format));
}

/** The name of a take's file. */
export function fileNameOf(take, format) {
  return `voice-server-${take.number}.${format === "opus" ? "ogg" : format}`;
}

/** Hand a file to the user. */
export function save(blob, fileName) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
