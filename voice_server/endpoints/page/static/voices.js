/** Voices: the list of them, their names in words, search, and previews. */

import { fetchBlob, fetchJson } from "./access.js";
import { language as pageLanguage, text } from "./texts.js";

const ANY_LANGUAGE = "mul";
const languageNames = new Intl.DisplayNames([pageLanguage], { type: "language", fallback: "none" });
const englishNames = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

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
export function nameOfLanguage(tag, names = languageNames) {
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag || text("language.other");
  }
}

/** The language of a voice without its region. */
export function baseLanguage({ language }) {
  return language.split("-")[0];
}

export function nameOf({ id, name }) {
  return name || id;
}

/** What a row says of a voice beside its name. */
export function detailsOf({ name, language, gender, kind, backend }, withBackend) {
  const inWords = language ? nameOfLanguage(language) : "";
  const details = [
    inWords === name ? "" : inWords,
    gender === "female" || gender === "male" ? text(`gender.${gender}`) : gender,
    kind === "sample" ? text("voice.sample") : "",
    withBackend ? backend : "",
  ];
  return details.filter(Boolean).join(" · ");
}

/** The hue of a voice's mark, from 0 to 359: always the same for the same voice. */
export function hueOf({ id }) {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + character.codePointAt(0)) % 100_003;
  return (hash * 137) % 360;
}

/** Whether a voice matches a search: every word of it is in one of its names. */
export function matches(voice, query) {
  const { id, name, number, language, gender, backend } = voice;
  const languages = [nameOfLanguage(language), nameOfLanguage(language, englishNames)];
  const names = [id, id.replaceAll("_", " "), name, number, language, ...languages, gender, backend];
  const haystack = names.join(" ").toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => haystack.includes(word));
}

/** One preview at a time, of the voice whose button was pressed; the same button stops it. */
export class Preview {
  /** `show(button, state)` is called with "loading", "playing" and "idle". */
  constructor(show) {
    this._show = show;
    this._button = null;
    this._audio = new Audio();
  }

  /** Play a voice's preview, or stop it. Throws an Error with a message for the user. */
  async toggle(voice, button) {
    const isSame = button === this._button;
    this.stop();
    if (isSame) return;
    this._button = button;
    this._show(button, "loading");
    try {
      const source = URL.createObjectURL(await fetchBlob(voice.preview));
      if (this._button !== button) return; // another one was asked for meanwhile
      this._audio.src = source;
      this._audio.onended = this._audio.onerror = () => this._end(button);
      await this._audio.play();
      if (this._button === button) this._show(button, "playing");
    } catch (error) {
      if (this._button !== button) return; // it was stopped before it began
      this._end(button);
      throw error;
    }
  }

  stop() {
    this._audio.pause();
    if (this._button) this._end(this._button);
  }

  set volume(volume) {
    this._audio.volume = volume;
  }

  _end(button) {
    if (this._audio.src) URL.revokeObjectURL(this._audio.src);
    if (this._button === button) this._button = null;
    this._show(button, "idle");
  }
}
