/** Voices: the list of them, their names in words, search, and previews. */

import { fetchBlob, fetchJson } from "./access.js";

const ANY_LANGUAGE = "mul";
const languageNames = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** All voices of the server, or null where it has no list of them. */
export async function loadVoices() {
  const answer = await fetchJson("voices");
  const voices = Array.isArray(answer) ? answer : answer?.voices;
  return Array.isArray(voices) && voices.every((voice) => typeof voice === "object") ? voices : null;
}

/** Whether a voice is only a timbre, to be combined with a language's voice: `de` and `+f3` give `de+f3`. */
export function isSpeaker(voice) {
  return voice.language === ANY_LANGUAGE && voice.id.startsWith("+");
}

/** A language tag in words. */
export function nameOfLanguage(tag) {
  try {
    return languageNames.of(tag) ?? tag;
  } catch {
    return tag || "Other";
  }
}

/** Play a voice's preview; `button` is marked busy meanwhile. Throws an Error with a message for the user. */
export async function tryVoice(button, path) {
  button.ariaBusy = "true";
  try {
    const audio = new Audio(URL.createObjectURL(await fetchBlob(path)));
    await audio.play();
    await new Promise((resolve) => (audio.onended = audio.onerror = resolve));
    URL.revokeObjectURL(audio.src);
  } finally {
    button.ariaBusy = "false";
  }
}

/** A voice in words. */
export function labelOf({ id, name, language }) {
  const named = name && name !== id ? name : id;
  const inWords = nameOfLanguage(language.split("-")[0]);
  return inWords.includes(named) || named.includes(inWords) ? named : `${named}, ${inWords}`;
}

/** Whether a voice matches a search. */
export function matches(voice, query) {
  const { id, name, number, language, gender } = voice;
  const haystack = [id, name, number, language, nameOfLanguage(language), gender].join(" ").toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => haystack.includes(word));
}
