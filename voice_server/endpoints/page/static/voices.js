/**
 * The voices of a backend: a list to search, grouped by language (the combobox pattern of ARIA's guide).
 *
 * Where the server has no list of voices, any name may be typed, and the server says which ones there are.
 */

import { fetchBlob, fetchJson } from "./access.js";

const ANY_LANGUAGE = "mul";
const languageNames = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" });

/** All voices of the server, or null where it has no list of them. */
export async function loadVoices() {
  const answer = await fetchJson("voices");
  const voices = Array.isArray(answer) ? answer : answer?.voices;
  return Array.isArray(voices) && voices.every((voice) => typeof voice === "object") ? voices : null;
}

/** Whether a voice is only a timbre, to be combined with a language's voice: `de` and `+f3` are `de+f3`. */
export function isSpeaker(voice) {
  return voice.language === ANY_LANGUAGE && voice.id.startsWith("+");
}

/** A language tag in words. */
function nameOfLanguage(tag) {
  try {
    return languageNames.of(tag) ?? tag;
  } catch {
    return tag || "Other";
  }
}

/** Play a sentence of a voice, over `button`, which says when it is busy. Throws an Error with a sentence. */
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

export class VoicePicker {
  constructor(input, list) {
    this._input = input;
    this._list = list;
    this._voices = [];
    this._chosen = null;
    this._active = -1;
    input.addEventListener("focus", () => input.select());
    input.addEventListener("click", () => this._open(""));
    input.addEventListener("input", () => this._open(input.value));
    input.addEventListener("keydown", (event) => this._key(event));
    input.addEventListener("blur", () => this._leave());
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the input
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this._choose(this._shown[Number(option.dataset.at)]);
    });
  }

  /** Offer these voices (an empty list: type any name); `id` is the voice that speaks by default. */
  show(voices, id) {
    this._voices = voices;
    this._chosen = voices.find((voice) => voice.id === id) ?? { id, name: id, language: "" };
    this._default = this._chosen;
    this._restore();
  }

  /** The id of the voice to ask for. */
  get chosen() {
    return this._chosen.id;
  }

  /** Where the server speaks a sentence with the voice; undefined where it does not. */
  get preview() {
    return this._chosen.preview;
  }

  _restore() {
    const { id, name, language } = this._chosen;
    this._input.value = language && this._voices.length > 0 ? labelOf(this._chosen) : (name ?? id ?? "");
  }

  _open(query) {
    this._shown = this._voices.filter((voice) => matches(voice, query));
    this._active = Math.max(0, this._shown.findIndex((voice) => voice.id === this._chosen.id));
    this._list.replaceChildren(...groups(this._shown, this._chosen.id));
    if (this._voices.length > 0 && this._shown.length === 0) this._list.append(nothing(query));
    const isOpen = this._voices.length > 0;
    this._list.hidden = !isOpen;
    this._input.setAttribute("aria-expanded", String(isOpen));
    this._mark();
  }

  _close() {
    this._list.hidden = true;
    this._input.setAttribute("aria-expanded", "false");
    this._input.removeAttribute("aria-activedescendant");
  }

  _leave() {
    if (this._voices.length === 0 && this._input.value.trim() !== this._chosen.id) {
      const typed = this._input.value.trim();
      this._chosen = typed ? { id: typed, name: typed, language: "" } : this._default;
    }
    this._close();
    this._restore();
  }

  _key(event) {
    const isOpen = !this._list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) this._open("");
      else this._move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && isOpen && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      if (this._shown[this._active]) this._choose(this._shown[this._active]);
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation(); // closes the list, and nothing else
      this._close();
      this._restore();
    }
  }

  _move(by) {
    const count = this._shown.length;
    if (count > 0) this._active = (this._active + by + count) % count;
    this._mark();
  }

  _mark() {
    this._list.querySelector(".active")?.classList.remove("active");
    const option = this._list.querySelector(`[data-at="${this._active}"]`);
    if (!option || this._list.hidden) return this._input.removeAttribute("aria-activedescendant");
    option.classList.add("active");
    option.scrollIntoView({ block: "nearest" });
    this._input.setAttribute("aria-activedescendant", option.id);
  }

  _choose(voice) {
    this._chosen = voice;
    this._restore();
    this._close();
    this._input.dispatchEvent(new Event("change"));
  }
}

function labelOf({ id, name, language }) {
  const named = name && name !== id ? name : id;
  const inWords = nameOfLanguage(language.split("-")[0]);
  return inWords.includes(named) || named.includes(inWords) ? named : `${named}, ${inWords}`;
}

function matches(voice, query) {
  const { id, name, number, language, gender } = voice;
  const haystack = [id, name, number, language, nameOfLanguage(language), gender].join(" ").toLowerCase();
  return query.toLowerCase().split(/\s+/).every((word) => haystack.includes(word));
}

/** Options under headings, one for each language, as they come. */
function groups(voices, chosenId) {
  const byLanguage = new Map();
  voices.forEach((voice, at) => {
    const heading = nameOfLanguage(voice.language.split("-")[0]);
    if (!byLanguage.has(heading)) byLanguage.set(heading, []);
    byLanguage.get(heading).push(optionOf(voice, at, chosenId));
  });
  return [...byLanguage].map(([heading, options], at) => groupOf(heading, options, at));
}

function groupOf(heading, options, at) {
  const group = document.createElement("div");
  const title = document.createElement("div");
  title.id = `voice-group-${at}`;
  title.className = "heading";
  title.textContent = heading;
  group.setAttribute("role", "group");
  group.setAttribute("aria-labelledby", title.id);
  group.append(title, ...options);
  return group;
}

function optionOf({ id, name, gender, kind }, at, chosenId) {
  const option = document.createElement("div");
  option.id = `voice-${at}`;
  option.dataset.at = at;
  option.setAttribute("role", "option");
  option.setAttribute("aria-selected", String(id === chosenId));
  const detail = document.createElement("span");
  detail.className = "detail";
  detail.textContent = [name && name !== id ? id : "", gender, kind === "sample" ? "your sample" : ""].filter(Boolean).join(" · ");
  option.append(name || id, detail);
  return option;
}

function nothing(query) {
  const element = document.createElement("div");
  element.className = "nothing";
  element.textContent = `No voice matches “${query}”.`;
  return element;
}
