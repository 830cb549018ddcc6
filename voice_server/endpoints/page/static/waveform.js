/**
 * The waveform of the audio: heard bars on the left of the play head, buffered ones on its right.
 *
 * While a text is spoken it slides below the play head; a take that is over is shown whole. Colours are taken from
 * the canvas's style, so that the theme decides them. If the user prefers reduced motion, the waveform is shown
 * page by page instead of sliding.
 */

const BAR_MS = 25;
const BAR_PX = 3;
const GAP_PX = 2;
const PITCH_PX = BAR_PX + GAP_PX;
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
    this._isWhole = false;
    this._inBar = 0;
    this._peak = 0;
    this._playedMs = 0;
    this._isStale = true;
  }

  /** What is drawn, to be restored later. */
  get shape() {
    return { peaks: this._peaks, starts: this._starts };
  }

  /** Show a shape as a whole. */
  restore({ peaks, starts }) {
    this.reset();
    this._peaks = peaks;
    this._starts = starts;
    this.showWhole();
  }

  /** Show all of it in the width that there is. */
  showWhole() {
    this._isWhole = true;
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
      head: style.textDecorationColor,
    };
    const { clientWidth: width, clientHeight: height } = this._canvas;
    const scale = devicePixelRatio || 1;
    this._canvas.width = width * scale;
    this._canvas.height = height * scale;
    this._size = { width, height, scale };
    this._isStale = true;
    this.draw(this._playedMs);
  }

  /** The time at this distance from the left edge, in milliseconds. */
  timeAt(x) {
    const { first, perBar } = this._view(this._size.width, this._playedMs);
    return Math.max(0, (first + (x / PITCH_PX) * perBar) * BAR_MS);
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
    const { first, perBar, headX } = this._view(width, playedMs);
    const offset = first - Math.floor(first);
    for (let place = 0; (place - offset) * PITCH_PX < width; place++) {
      const x = (place - offset) * PITCH_PX;
      const from = Math.floor(first) + place * perBar;
      const peak = this._peakOf(from, from + perBar);
      const kind = peak === undefined ? "nothing" : x + BAR_PX / 2 <= headX ? "heard" : "waiting";
      context.fillStyle = this._colours[kind];
      this._bar(context, x, height, peak ?? 0);
    }
    this._drawStarts(context, first, perBar, width, height);
    if (this._peaks.length > 0) {
      context.fillStyle = this._colours.head;
      context.fillRect(Math.round(headX), 2, 2, height - 4);
    }
  }

  /** The highest peak from one bar to another; undefined where there is none. */
  _peakOf(from, to) {
    let highest = this._peaks[Math.floor(from)];
    for (let bar = Math.ceil(from); bar < Math.min(to, this._peaks.length); bar++) {
      highest = Math.max(highest ?? 0, this._peaks[bar]);
    }
    return highest;
  }

  _bar(context, x, height, peak) {
    const tall = Math.max(BAR_PX, Math.max(FLOOR, Math.sqrt(peak)) * (height - 14));
    context.beginPath();
    context.roundRect(x, (height - tall) / 2, BAR_PX, tall, BAR_PX / 2);
    context.fill();
  }

  _drawStarts(context, first, perBar, width, height) {
    context.fillStyle = this._colours.head;
    for (const bar of this._starts) {
      const x = ((bar - first) / perBar) * PITCH_PX;
      if (bar > 0 && x >= 0 && x < width) context.fillRect(x, height - 5, 2, 5);
    }
  }

  /** The first visible bar, with a fraction, how many share one drawn bar, and where the play head is in pixels. */
  _view(width, playedMs) {
    const bars = width / PITCH_PX;
    const head = playedMs / BAR_MS;
    if (this._isWhole && this._peaks.length > 0) {
      const perBar = this._peaks.length / bars;
      return { first: 0, perBar, headX: (head / perBar) * PITCH_PX };
    }
    if (this._stillness.matches) {
      const first = Math.floor(head / bars) * bars;
      return { first, perBar: 1, headX: (head - first) * PITCH_PX };
    }
    return { first: head - bars * HEAD_AT, perBar: 1, headX: width * HEAD_AT };
  }
}
