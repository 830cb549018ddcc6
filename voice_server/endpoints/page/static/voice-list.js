/**
 * The list of voices: one to choose, with a preview and a star in each row, a search and filters.
 *
 * A grid in the sense of ARIA's guide: one stop of the Tab key, arrow keys inside. A mix of voices may be typed
 * into the search if the backend takes mixes, and any name if the server has no list.
 */

import { Favourites } from "./favourites.js";
import { text } from "./texts.js";
import { baseLanguage, detailsOf, hueOf, matches, nameOf, nameOfLanguage } from "./voices.js";
import { element, iconOf } from "./view.js";

const MIX = /[+(]/;
const MOST_ROWS = 250;
const STEPS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1], PageDown: [5, 0], PageUp: [-5, 0] };

export class VoiceList {
  /**
   * `elements`: {search, language, gender, favourites, grid, note}. `tell.chosen(voice)` and `tell.preview(voice,
   * button)` are called for what the user does.
   */
  constructor(elements, tell) {
    this._elements = elements;
    this._tell = tell;
    this._favourites = new Favourites();
    this._voices = [];
    this._chosen = { id: "", language: "", backend: null };
    this._at = [0, 1]; // the row and the column with the focus
    const { search, language, gender, favourites, grid } = elements;
    search.addEventListener("input", () => this._draw());
    search.addEventListener("keydown", (event) => this._searchKey(event));
    for (const filter of [language, gender]) filter.addEventListener("change", () => this._draw());
    favourites.addEventListener("click", () => {
      favourites.setAttribute("aria-pressed", String(!this._onlyFavourites));
      this._draw();
    });
    grid.addEventListener("keydown", (event) => this._gridKey(event));
    grid.addEventListener("click", (event) => this._click(event));
    grid.addEventListener("focusin", (event) => this._focused(event));
  }

  /** Offer `voices`; `chosen` has the `id` and the `backend` of the one that speaks, `mixes` whether mixes may be typed. */
  show(voices, chosen, { mixes = false } = {}) {
    this._voices = voices;
    this._mixes = mixes;
    this._setChosen(voices.find((voice) => isSame(voice, chosen)) ?? { name: chosen.id, language: "", ...chosen });
    this._fillFilters();
    this._draw();
    this._scrollToChosen();
  }

  /** Offer other voices and keep the one that is chosen. */
  renew(voices) {
    this._voices = voices;
    this._fillFilters();
    this._draw();
  }

  /** The voice that is chosen: {id, name, language, backend …}. */
  get chosen() {
    return this._chosen;
  }

  get _onlyFavourites() {
    return this._elements.favourites.ariaPressed === "true";
  }

  _setChosen(voice) {
    this._chosen = voice;
  }

  _fillFilters() {
    const { language, gender } = this._elements;
    const counts = Map.groupBy(this._voices, (voice) => baseLanguage(voice));
    const languages = [...counts].map(([tag, { length }]) => [tag, `${nameOfLanguage(tag)} (${length})`]);
    languages.sort(([, one], [, other]) => one.localeCompare(other));
    refill(language, [["", text("language.all")], ...languages]);
    const genders = [...new Set(this._voices.map((voice) => voice.gender).filter(Boolean))].sort();
    refill(gender, [["", text("gender.all")], ...genders.map((each) => [each, nameOfGender(each)])]);
    gender.hidden = genders.length < 2;
    language.hidden = counts.size < 2;
  }

  _matching() {
    const { search, language, gender } = this._elements;
    const found = this._voices.filter(
      (voice) =>
        matches(voice, search.value) &&
        (language.value === "" || baseLanguage(voice) === language.value) &&
        (gender.value === "" || voice.gender === gender.value) &&
        (!this._onlyFavourites || this._favourites.has(voice)),
    );
    const isOwn = (voice) => voice.backend === this._chosen.backend;
    return [...found.filter(isOwn), ...found.filter((voice) => !isOwn(voice))]; // the present backend's first
  }

  _draw() {
    const found = this._matching();
    this._shown = found.slice(0, MOST_ROWS);
    this._elements.grid.replaceChildren(...this._shown.map((voice, at) => this._row(voice, at)));
    this._elements.note.textContent = this._note(found.length);
    const chosenAt = this._shown.findIndex((voice) => isSame(voice, this._chosen));
    this._at = [Math.max(0, chosenAt), 1];
    this._mark();
  }

  _note(count) {
    const typed = this._elements.search.value.trim();
    if (count > MOST_ROWS) return text("voice.more", { count: count - MOST_ROWS });
    if (count > 0) return "";
    if (this._speaksAsTyped(typed)) return text("voice.typed", { typed });
    if (this._onlyFavourites && typed === "") return text("voice.no-favourites");
    return text("voice.none", { typed });
  }

  _row(voice, at) {
    const name = nameOf(voice);
    const isChosen = isSame(voice, this._chosen);
    const row = element("div", { className: "voice", role: "row", "aria-selected": String(isChosen) });
    row.dataset.at = at;
    const orb = element("button", { type: "button", className: "orb", "aria-label": text("voice.hear", { name }) }, iconOf("play"));
    orb.style.setProperty("--hue", hueOf(voice));
    orb.dataset.does = "preview";
    orb.disabled = !voice.preview;
    const choose = element(
      "button",
      { type: "button", className: "choose" },
      element("span", { className: "name" }, name, ...(name === voice.id ? [] : [" ", element("span", { className: "id" }, voice.id)])),
      element("span", { className: "detail" }, detailsOf(voice, voice.backend !== this._chosen.backend)),
    );
    choose.dataset.does = "choose";
    const isFavourite = this._favourites.has(voice);
    const star = element(
      "button",
      { type: "button", className: "icon-only favourite", "aria-label": text("voice.star", { name }), "aria-pressed": String(isFavourite) },
      iconOf("star"),
    );
    star.dataset.does = "star";
    row.append(...[orb, choose, star].map((button) => cell(button)));
    return row;
  }

  // ------------------------------------------------------------ what the user does

  _click(event) {
    const button = event.target.closest("button");
    if (!button) return;
    const voice = this._shown[Number(button.closest("[role=row]").dataset.at)];
    if (button.dataset.does === "choose") this._choose(voice);
    else if (button.dataset.does === "preview") this._tell.preview(voice, button);
    else {
      const isFavourite = this._favourites.toggle(voice);
      button.setAttribute("aria-pressed", String(isFavourite));
    }
  }

  _choose(voice) {
    this._setChosen(voice);
    for (const row of this._elements.grid.children) {
      row.setAttribute("aria-selected", String(isSame(this._shown[Number(row.dataset.at)], voice)));
    }
    this._tell.chosen(voice);
  }

  _searchKey(event) {
    const { search } = this._elements;
    if (event.key === "ArrowDown" && this._shown.length > 0) {
      event.preventDefault();
      this._focus(0, 1);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this._takeTyped(search.value.trim());
    } else if (event.key === "Escape" && search.value !== "") {
      event.preventDefault();
      event.stopPropagation(); // so that only the search is given up
      search.value = "";
      this._draw();
    }
  }

  _takeTyped(typed) {
    if (this._shown.length > 0) this._choose(this._shown[0]);
    else if (this._speaksAsTyped(typed)) this._choose({ id: typed, name: typed, language: "", backend: this._chosen.backend });
    else return;
    this._elements.search.value = "";
    this._draw();
    this._scrollToChosen();
  }

  /** Whether a name that is not in the list may be requested; the server then decides. */
  _speaksAsTyped(typed) {
    return typed !== "" && (this._voices.length === 0 || (this._mixes && MIX.test(typed)));
  }

  _gridKey(event) {
    const [row, column] = this._at;
    if (event.key === "Home") this._focus(0, column);
    else if (event.key === "End") this._focus(this._shown.length - 1, column);
    else if (event.key in STEPS) this._focus(row + STEPS[event.key][0], column + STEPS[event.key][1]);
    else return;
    event.preventDefault();
  }

  _focus(row, column) {
    const at = [clamp(row, this._shown.length), clamp(column, 3)];
    const button = this._button(at);
    if (!button) return;
    if (button.disabled) return;
    button.focus();
  }

  _focused({ target }) {
    const row = target.closest("[role=row]");
    this._at = [Number(row.dataset.at), [...row.children].indexOf(target.parentElement)];
    this._mark();
  }

  /** Make the button at the focus the only one that the Tab key reaches. */
  _mark() {
    for (const button of this._elements.grid.querySelectorAll("button")) button.tabIndex = -1;
    const button = this._button(this._at);
    if (button) button.tabIndex = 0;
  }

  _button([row, column]) {
    return this._elements.grid.children[row]?.children[column].firstChild;
  }

  _scrollToChosen() {
    const { grid } = this._elements;
    const row = grid.querySelector('[aria-selected="true"]');
    grid.scrollTop = row ? row.offsetTop - grid.offsetTop - row.offsetHeight : 0;
  }
}

function nameOfGender(gender) {
  return gender === "female" || gender === "male" ? text(`gender.${gender}`) : gender;
}

function isSame(voice, other) {
  return voice.id === other.id && voice.backend === other.backend;
}

function cell(button) {
  return element("div", { role: "gridcell" }, button);
}

function clamp(place, count) {
  return Math.max(0, Math.min(count - 1, place));
}

/** Fill a filter anew and keep what is chosen, where it is still there. */
function refill(select, entries) {
  const chosen = entries.some(([value]) => value === select.value) ? select.value : "";
  select.replaceChildren(...entries.map(([value, label]) => new Option(label, value, false, value === chosen)));
}
