/** A mix of voices, put together with sliders, for a backend that mixes; it may be saved under a name. */

import { postJson } from "./access.js";
import { text } from "./texts.js";
import { element, fillSelect } from "./view.js";
import { nameOf } from "./voices.js";

const MOST_VOICES = 4;
const HIGHEST_SHARE = 10;

export class Mix {
  /**
   * `elements`: {rows, add, result, name, save}. `tell.mixed(id)` is called for every change, `tell.saved(name)`
   * once a mix has a name, `tell.failed(error)` where it cannot have it.
   */
  constructor(elements, tell) {
    this._elements = elements;
    this._tell = tell;
    this._voices = [];
    elements.add.addEventListener("click", () => (this._add(1), this._changed()));
    elements.save.addEventListener("submit", (event) => {
      event.preventDefault();
      this._save();
    });
  }

  /** Offer these voices; the mix begins with the first two of the chosen one's language. */
  show(voices, chosen) {
    this._voices = voices;
    this._elements.rows.replaceChildren();
    const near = voices.filter(({ language, id }) => language === chosen.language && id !== chosen.id);
    const known = voices.some(({ id }) => id === chosen.id);
    this._add(2, known ? chosen.id : voices[0]?.id);
    this._add(1, near[0]?.id ?? voices[1]?.id);
    this._showResult();
  }

  /** The mix in the server's words, such as `af_bella(2)+af_sky(1)`. */
  get id() {
    const rows = [...this._elements.rows.children].map((row) => [row.querySelector("select").value, row.querySelector("input").value]);
    return rows.filter(([, share]) => Number(share) > 0).map(([id, share]) => `${id}(${share})`).join("+");
  }

  _add(share, id) {
    const { rows, add } = this._elements;
    const number = rows.children.length + 1;
    const select = element("select", { "aria-label": text("mix.voice", { number }) });
    fillSelect(select, this._voices.map((voice) => [voice.id, `${nameOf(voice)} (${voice.id})`]), id);
    const slider = element("input", { type: "range", min: 0, max: HIGHEST_SHARE, value: share, "aria-label": text("mix.share", { number }) });
    const row = element("div", { className: "mix-row" }, select, slider);
    row.addEventListener("input", () => this._changed());
    rows.append(row);
    add.hidden = rows.children.length >= Math.min(MOST_VOICES, this._voices.length);
  }

  _changed() {
    this._showResult();
    if (this.id !== "") this._tell.mixed(this.id);
  }

  _showResult() {
    this._elements.result.textContent = this.id || text("mix.empty");
  }

  async _save() {
    const name = this._elements.name.value.trim();
    if (name === "" || this.id === "") return;
    try {
      await postJson("v1/audio/voices/combine", { voices: this.id, name });
      await this._tell.saved(name);
    } catch (error) {
      this._tell.failed(error);
    }
  }
}
