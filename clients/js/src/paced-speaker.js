/**
 * A loudspeaker made of a function: it is given PCM at the pace at which it is heard.
 *
 * For Node, where the sound goes to a player program, a telephone call or a WebRTC track: what was written cannot
 * be taken back, so no more is written than `aheadMs` before it is due. Between two turns nothing is written.
 */

import { Playback } from "./playback.js";

const BLOCK_MS = 20;

export class PacedSpeaker {
  /**
   * `write` gets an Int16Array of 20 ms, mono at `rateHz`. What it is connected to should hold little sound of its
   * own; `deviceMs` says how much, and is counted where the play position is asked for.
   */
  constructor({ write, rateHz = 24000, aheadMs = 40, deviceMs = 0 }) {
    this.rateHz = rateHz;
    this.latencyMs = aheadMs + deviceMs;
    this._write = write;
    this._aheadMs = aheadMs;
    this._block = new Float32Array((rateHz * BLOCK_MS) / 1000);
    this._playback = null;
    this._timer = null;
  }

  /** `tell` gets the playback's events. */
  async open(tell) {
    this._playback ??= new Playback(this.rateHz, tell);
  }

  /** Hand a message to the playback. */
  post(message) {
    this._playback.receive(message);
    if (this._timer === null && !this._playback.isIdle) this._start();
  }

  _start() {
    this._startedAt = performance.now();
    this._writtenMs = 0;
    this._timer = setInterval(() => this._writeWhatIsDue(), BLOCK_MS);
    this._writeWhatIsDue();
  }

  _writeWhatIsDue() {
    const dueMs = performance.now() - this._startedAt + this._aheadMs;
    while (this._writtenMs < dueMs) {
      if (this._playback.isIdle) {
        clearInterval(this._timer);
        this._timer = null;
        return;
      }
      this._playback.render(this._block);
      this._write(Int16Array.from(this._block, (sample) => Math.round(sample * 32768)));
      this._writtenMs += BLOCK_MS;
    }
  }
}
