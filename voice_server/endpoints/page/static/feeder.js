/**
 * Sends a text to the server: at once, or a token at a time as a language model writes it.
 *
 * At most a window of it is in the server's buffer, so that a whole book needs bounded memory.
 */

const WINDOW_CHARS = 20_000;
const TOKEN = /\s*[^\s]{1,5}|\s+$/gu; // about four characters, as models cut English
const CHUNK = /[^]{1,500}/gu;
const TICK_MS = 20;

export class Feeder {
  /** `rate()` is in tokens a second, or null for all at once; `give(text, isLast)` sends a piece. */
  constructor(text, { rate, limits, give }) {
    this._pieces = text.matchAll(rate() === null ? CHUNK : TOKEN);
    this._next = this._pieces.next();
    this._rate = rate;
    this._give = give;
    this._given = 0; // code points
    this._window = Math.min(WINDOW_CHARS, limits.buffered_chars / 2);
    this._limit = this._window;
    this._credit = 1; // tokens that may be sent now
  }

  start() {
    if (this._rate() !== null) {
      this._at = performance.now();
      this._timer = setInterval(() => this._tick(), TICK_MS);
    }
    this._pump();
  }

  stop() {
    clearInterval(this._timer);
    this._next = { done: true };
  }

  /** Note that the server has sent the text up to this code point to a worker. */
  reached(codePoint) {
    this._limit = codePoint + this._window;
    this._pump();
  }

  _tick() {
    const now = performance.now();
    this._credit += ((now - this._at) / 1000) * this._rate();
    this._at = now;
    this._pump();
  }

  _pump() {
    let due = "";
    while (!this._next.done && this._given < this._limit && (this._rate() === null || this._credit >= 1)) {
      const [piece] = this._next.value;
      this._credit -= 1;
      this._given += countCodePoints(piece);
      this._next = this._pieces.next();
      if (this._rate() === null) this._give(piece, this._next.done);
      else due += piece;
      if (this._next.done) clearInterval(this._timer);
    }
    if (due) this._give(due, this._next.done);
  }
}

function countCodePoints(text) {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
