/**
 * The field that chooses a voice: a list to search, grouped by language (the combobox pattern of ARIA's guide).
 *
 * A mix of voices may be typed if the backend takes mixes, and any name if the server has no list.
 */

import { labelOf, matches, nameOfLanguage } from "./voices.js";

const MIX = /[+(]/;

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

  /** Offer these voices; `id` is the default one, `mixes` whether mixes may be typed. */
  show(voices, id, { mixes }) {
    this._voices = voices;
    this._mixes = mixes;
    this._chosen = voices.find((voice) => voice.id === id) ?? { id, name: id, language: "" };
    this._restore();
  }

  /** Offer other voices, keep the one that is chosen, and show them. */
  renew(voices) {
    this._voices = voices;
    this._open("");
  }

  /** The id of the voice to ask for. */
  get chosen() {
    return this._chosen.id;
  }

  /** The URL of the voice's preview; undefined if it has none. */
  get preview() {
    return this._chosen.preview;
  }

  _restore() {
    const { id, name, language } = this._chosen;
    this._label = language && this._voices.length > 0 ? labelOf(this._chosen) : (name ?? id ?? "");
    this._input.value = this._label;
  }

  _open(query) {
    this._shown = this._voices.filter((voice) => matches(voice, query));
    this._active = Math.max(0, this._shown.findIndex((voice) => voice.id === this._chosen.id));
    this._list.replaceChildren(...groups(this._shown, this._chosen.id));
    if (this._voices.length > 0 && this._shown.length === 0) this._list.append(this._nothing(query));
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
    const typed = this._input.value.trim();
    if (this._speaksAsTyped(typed)) this._choose({ id: typed, name: typed, language: "" });
    this._close();
    this._restore();
  }

  /** Whether a name that is not in the list may be requested; the server then decides. */
  _speaksAsTyped(typed) {
    if (typed === "" || typed === this._label) return false;
    return this._voices.length === 0 || (this._mixes && MIX.test(typed));
  }

  _nothing(query) {
    const element = document.createElement("div");
    element.className = "nothing";
    element.textContent = this._speaksAsTyped(query) ? `The mix “${query}”.` : `No voice matches “${query}”.`;
    return element;
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
      else this._leave();
    } else if (event.key === "Escape" && isOpen) {
      event.stopPropagation(); // so that only the list is closed
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

/** The options in groups, one for each language, in the order of the voices. */
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
  const details = [name && name !== id ? id : "", gender, kind === "sample" ? "your sample" : ""];
  detail.textContent = details.filter(Boolean).join(" · ");
  option.append(name || id, detail);
  return option;
}
