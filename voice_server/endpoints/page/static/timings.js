/** A table with the timings of every sentence, and four figures for the whole turn. */

import { text } from "./texts.js";

const MOST_ROWS = 300; // the last ones, of a long text
const FIGURES = ["queued", "ttfa", "rtf", "audio", "gap"];

export class Timings {
  constructor(body, tiles) {
    this._body = body;
    this._tiles = tiles; // {sound, lead, factor, gap}: elements
    this.reset();
  }

  reset() {
    this._rows = new Map();
    this._audioMs = 0;
    this._renderMs = 0;
    this._gapMs = 0;
    this._body.replaceChildren();
    for (const tile of Object.values(this._tiles)) tile.textContent = "–";
  }

  /** A sentence went to a worker. */
  add({ index, sentence }) {
    const row = document.createElement("tr");
    row.append(cell("th", String(index + 1)), cell("td", sentence), ...FIGURES.map(empty));
    row.firstChild.scope = "row";
    this._body.append(row);
    this._rows.set(index, row);
    if (this._rows.size > MOST_ROWS) {
      const [oldest] = this._rows.keys();
      this._rows.get(oldest).remove();
      this._rows.delete(oldest);
    }
  }

  start({ index, queued_ms }) {
    this._fill(index, { queued: milliseconds(queued_ms) });
  }

  end({ index, audio_ms, ttfa_ms, rtf, gap_ms }) {
    this._fill(index, {
      ttfa: milliseconds(ttfa_ms),
      rtf: rtf.toFixed(3),
      audio: milliseconds(audio_ms),
      gap: milliseconds(gap_ms),
    });
    this._audioMs += audio_ms;
    this._renderMs += audio_ms * rtf;
    this._gapMs = Math.max(this._gapMs, index === 0 ? 0 : gap_ms);
    const factor = this._audioMs / Math.max(this._renderMs, 0.001 * this._audioMs);
    this._tiles.factor.textContent = `${factor < 10 ? factor.toFixed(1) : Math.round(factor)} ×`;
    this._tiles.gap.textContent = milliseconds(this._gapMs);
  }

  fail({ index }) {
    this._rows.get(index)?.classList.add("failed");
  }

  /** When the listener heard the first sample, and when the text was complete. */
  setSound({ soundMs, writtenMs }) {
    if (soundMs === null) return;
    this._tiles.sound.textContent = milliseconds(soundMs);
    if (writtenMs > soundMs) this._tiles.lead.textContent = milliseconds(writtenMs - soundMs);
  }

  _fill(index, figures) {
    const row = this._rows.get(index);
    if (!row) return;
    for (const [name, figure] of Object.entries(figures)) {
      row.querySelector(`[data-figure="${name}"]`).textContent = figure;
    }
  }
}

function milliseconds(value) {
  const rounded = Math.round(value);
  if (Math.abs(rounded) < 1000) return `${rounded === 0 ? 0 : rounded} ms`.replace("-", "−");
  return `${(value / 1000).toFixed(2)} s`.replace("-", "−");
}

function cell(kind, shown) {
  const element = document.createElement(kind);
  element.textContent = shown;
  return element;
}

function empty(figure) {
  const element = cell("td", "…");
  element.dataset.label = text(`column.${figure}`); // shown on narrow screens, where the table has no header
  element.dataset.figure = figure;
  return element;
}
