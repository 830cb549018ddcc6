/**
 * The waveform of the audio: heard bars on the left of the play head, buffered ones on its right.
 *
 * Colours are taken from the canvas's style, so that the theme decides them. If the user prefers reduced motion,
 * the waveform is shown page by page instead of scrolling.
 */

const BAR_MS = 25;
const BAR_PX = 3;
const GAP_PX = 2;
const HEAD_AT = 1 / 3; // as a part of the width
const FLOOR = 0.03; // the height of silence

export class Waveform {
  constructor(canvas) {
    this._canvas = canvas;
    this._stillness = matchMedia("(prefers-reduced-motion: reduce)");
    new ResizeObserver(() => this.refresh()).observe(canvas);
    this.reset();
  }

  reset() {
    this._peaks = [];
    this._starts = new Set(); // the bars at which a sentence begins
    this._inBar = 0;
    this._peak = 0;
    this._playedMs = 0;
    this._isStale = true;
  }

  /** Mark the beginning of a sentence at this time. */
  mark(atMs) {
    this._starts.add(Math.round(atMs / BAR_MS));
  }

  push(samples, rateHz) {
    const perBar = (rateHz * BAR_MS) / 1000;
    for (const sample of samples) {
      this._peak = Math.max(this._peak, Math.abs(sample));
      if (++this._inBar >= perBar) {
        this._peaks.push(this._peak / 32768);
        this._inBar = 0;
        this._peak = 0;
      }
    }
    this._isStale = true;
  }

  /** Adapt to a changed size or theme. */
  refresh() {
    const style = getComputedStyle(this._canvas);
    this._colours = {
      heard: style.color,
      waiting: style.borderTopColor,
      nothing: style.columnRuleColor,
      head: style.outlineColor,
    };
    const { clientWidth: width, clientHeight: height } = this._canvas;
    const scale = devicePixelRatio || 1;
    this._canvas.width = width * scale;
    this._canvas.height = height * scale;
    this._size = { width, height, scale };
    this._isStale = true;
    this.draw(this._playedMs);
  }

  /** Draw the bars around a play position. */
  draw(playedMs) {
    if (!this._size || (!this._isStale && playedMs === this._playedMs)) return;
    this._playedMs = playedMs;
    this._isStale = false;
    const context = this._canvas.getContext("2d");
    const { width, height, scale } = this._size;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    const { first, headX } = this._view(width, playedMs);
    const pitch = BAR_PX + GAP_PX;
    const from = Math.floor(first);
    for (let bar = from; (bar - first) * pitch < width; bar++) {
      const x = (bar - first) * pitch;
      const isHeard = x + BAR_PX / 2 <= headX;
      const kind = this._peaks[bar] === undefined ? "nothing" : isHeard ? "heard" : "waiting";
      context.fillStyle = this._colours[kind];
      this._bar(context, x, height, this._peaks[bar] ?? 0);
      if (this._starts.has(bar)) this._tick(context, x, height);
    }
    if (this._peaks.length > 0) {
      context.fillStyle = this._colours.head;
      context.fillRect(Math.round(headX), 4, 1.5, height - 8);
    }
  }

  _bar(context, x, height, peak) {
    const tall = Math.max(BAR_PX, Math.max(FLOOR, Math.sqrt(peak)) * (height - 20));
    context.beginPath();
    context.roundRect(x, (height - tall) / 2, BAR_PX, tall, BAR_PX / 2);
    context.fill();
  }

  _tick(context, x, height) {
    context.fillStyle = this._colours.head;
    context.fillRect(x + 1, height - 6, 1.5, 6);
  }

  /** The first visible bar, with a fraction, and the play head's distance from the left edge in pixels. */
  _view(width, playedMs) {
    const bars = width / (BAR_PX + GAP_PX);
    const head = playedMs / BAR_MS;
    if (this._stillness.matches) {
      const first = Math.floor(head / bars) * bars;
      return { first, headX: (head - first) * (BAR_PX + GAP_PX) };
    }
    return { first: head - bars * HEAD_AT, headX: width * HEAD_AT };
  }
}
