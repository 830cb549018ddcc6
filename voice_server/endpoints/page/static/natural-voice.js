/** The offer of a natural voice, where none is set up: shown to who may have one, and followed until it speaks. */

import { fetchJson, postJson } from "./access.js";
import { text } from "./texts.js";

const CHECK_MS = 2000;
const DISMISSED = "voice-server-natural-dismissed";

export class NaturalVoice {
  /** `onReady` is called when the engine speaks, until it returns true: the page may be speaking. */
  constructor(elements, onReady) {
    this._elements = elements;
    this._onReady = onReady;
    this._wanted = null; // the engine that is waited for
    elements.dismiss.addEventListener("click", () => {
      localStorage.setItem(DISMISSED, "yes");
      elements.section.hidden = true;
    });
  }

  /** Show what is on offer, unless the offer was dismissed. */
  async show() {
    if (this._wanted !== null) return;
    const offer = await fetchJson("natural-voice").catch(() => null);
    const { section, now, engines } = this._elements;
    section.hidden = !offer?.may_set_up || offer.engines.length === 0 || localStorage.getItem(DISMISSED) !== null;
    if (section.hidden) return;
    now.textContent = text("natural.now", { backend: offer.default_backend });
    engines.replaceChildren(...offer.engines.map((engine) => this._row(engine)));
    const running = offer.engines.find((engine) => engine.is_being_set_up);
    if (running) this._follow(running.backend);
  }

  _row({ backend, languages, sizes }) {
    const row = document.createElement("div");
    row.className = "row";
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text("natural.set-up", { backend });
    button.addEventListener("click", () => this._begin(backend));
    const about = document.createElement("p");
    about.className = "hint";
    about.textContent = `${languages}; ${sizes}`;
    row.append(button, about);
    return row;
  }

  async _begin(backend) {
    try {
      await postJson("natural-voice", { backend });
      this._follow(backend);
    } catch (error) {
      this._elements.state.textContent = error.message;
    }
  }

  _follow(backend) {
    this._wanted = backend;
    this._setBusy(true);
    this._elements.state.textContent = text("natural.begun", { backend });
    setTimeout(() => this._check(), CHECK_MS);
  }

  async _check() {
    const offer = await fetchJson("natural-voice").catch(() => null);
    const wanted = this._wanted;
    if (offer?.default_backend === wanted) {
      this._elements.state.textContent = text("natural.ready", { backend: wanted });
      if (await this._onReady()) {
        this._wanted = null;
        this._elements.section.hidden = true;
        return;
      }
    } else if (offer?.problem) {
      this._wanted = null;
      this._setBusy(false);
      this._elements.state.textContent = offer.problem;
      return;
    }
    setTimeout(() => this._check(), CHECK_MS);
  }

  _setBusy(isBusy) {
    for (const button of this._elements.engines.querySelectorAll("button")) button.disabled = isBusy;
  }
}
