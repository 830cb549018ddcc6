/** The takes of this visit, newest first: to hear again and to compare. They are kept while the page is open. */

import { text } from "./texts.js";
import { element, iconOf } from "./view.js";

const MOST_TAKES = 20;
const LONGEST_MS = 3_600_000; // of all takes together: 170 MB of sound

export class Takes {
  /** `tell.show(take)` is called for the take that the user wants to hear. */
  constructor({ list, note }, tell) {
    this._list = list;
    this._note = note;
    this._tell = tell;
    this._takes = [];
  }

  /** Keep a take, and forget the oldest where there are too many; a take without sound is none. */
  add(take) {
    if (!take || take.recording.isEmpty || this._takes.includes(take)) return;
    this._takes.unshift(take);
    const isTooMuch = () => this._takes.length > MOST_TAKES || this._totalMs() > LONGEST_MS;
    while (this._takes.length > 1 && isTooMuch()) this._takes.pop();
    this.show(take);
  }

  /** Show which take plays. */
  show(current) {
    this._list.replaceChildren(...this._takes.map((take) => this._row(take, take === current)));
    this._note.hidden = this._takes.length > 0;
  }

  _totalMs() {
    return this._takes.reduce((sum, { durationMs }) => sum + durationMs, 0);
  }

  _row(take, isCurrent) {
    const about = [take.label, `${(take.durationMs / 1000).toFixed(1)} s`];
    if (take.soundMs !== null) about.push(text("take.sound", { ms: Math.round(take.soundMs) }));
    const play = element(
      "button",
      { type: "button", className: "take-play" },
      iconOf("play"),
      element("span", { className: "name" }, `${take.number}. ${take.text.trim().slice(0, 120)}`),
      element("span", { className: "detail" }, about.join(" · ")),
    );
    play.addEventListener("click", () => this._tell.show(take));
    const remove = element("button", { type: "button", className: "quiet icon-only", "aria-label": text("take.remove", { number: take.number }) }, iconOf("close"));
    remove.addEventListener("click", () => this._remove(take));
    const row = element("li", { className: "take" }, play, remove);
    if (isCurrent) row.setAttribute("aria-current", "true");
    return row;
  }

  _remove(take) {
    this._takes = this._takes.filter((each) => each !== take);
    this.show(this._takes[0]);
  }
}
