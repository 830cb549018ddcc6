/**
 * Plays PCM: queues what arrives, and fills the audio context's blocks from it.
 *
 * Runs in the audio thread (worklet.js), or in the page where a browser offers no worklet (player.js). Every
 * sample is played once and in order; a stop and a pause fade over one block, so that neither clicks.
 */

const REPORT_EVERY_S = 0.02;

/** PCM to be played; it is read at the context's rate, by linear interpolation if the rates differ. */
class Queue {
  constructor(rateHz, contextRateHz) {
    this.played = 0; // samples that were read, at the source's rate
    this.waiting = 0;
    this._step = rateHz / contextRateHz;
    this._phase = 1; // position between the last sample and the next, in (0, 1]
    this._last = 0;
    this._chunks = [];
    this._at = 0;
  }

  push(samples) {
    if (samples.length > 0) {
      this._chunks.push(samples);
      this.waiting += samples.length;
    }
  }

  /** Fill the output from its start; returns how many of its samples were filled. */
  read(output) {
    let written = 0;
    while (written < output.length) {
      while (this._phase > 1 && this.waiting > 0) this._advance();
      if (this.waiting === 0) break;
      const next = this._chunks[0][this._at] / 32768;
      output[written++] = this._last + (next - this._last) * this._phase;
      this._phase += this._step;
    }
    return written;
  }

  _advance() {
    this._last = this._chunks[0][this._at] / 32768;
    this._phase -= 1;
    this._at += 1;
    this.played += 1;
    this.waiting -= 1;
    if (this._at === this._chunks[0].length) {
      this._chunks.shift();
      this._at = 0;
    }
  }
}

/** The playback of one page; `tell` is called with its events. */
export class Playback {
  constructor(contextRateHz, tell) {
    this._contextRateHz = contextRateHz;
    this._tell = tell;
    this._unreported = 0;
    this._leaving = null; // the queue of a stretch that was stopped, to be faded out
    this._begin({ epoch: 0, rateHz: contextRateHz });
  }

  /** Handle a message: start, pcm, end, stop or pause. */
  receive(message) {
    if (message.type === "start") this._begin(message);
    else if (message.type === "pcm") this._queue.push(message.samples);
    else if (message.type === "end") this._hasAll = true;
    else if (message.type === "pause") this._target = message.paused ? 0 : 1;
    else if (message.type === "stop") this._stop();
  }

  /** Fill one block of output. */
  render(output) {
    output.fill(0);
    if (this._leaving) {
      this._leaving.read(output);
      ramp(output, 1, 0);
      this._leaving = null;
    } else if (this._gain > 0 || this._target > 0) {
      this._play(output);
    }
    this._report(output.length);
  }

  _begin({ epoch, rateHz }) {
    this._epoch = epoch;
    this._queue = new Queue(rateHz, this._contextRateHz);
    this._gain = 1;
    this._target = 1;
    this._hasStarted = false;
    this._hasAll = false;
    this._isDrained = false;
    this._starved = 0; // samples of silence within a stretch, at the context's rate
  }

  _stop() {
    if (this._gain > 0) this._leaving = this._queue;
    this._begin({ epoch: this._epoch, rateHz: this._contextRateHz });
  }

  _play(output) {
    const sounding = this._queue.read(output);
    if (this._gain !== this._target) ramp(output, this._gain, this._target);
    this._gain = this._target;
    if (sounding > 0 && !this._hasStarted) {
      this._hasStarted = true;
      this._tell({ type: "started", epoch: this._epoch });
    }
    if (sounding === output.length || !this._hasStarted) return;
    if (!this._hasAll) {
      this._starved += output.length - sounding;
    } else if (!this._isDrained) {
      this._isDrained = true;
      this._tellPosition();
      this._tell({ type: "drained", epoch: this._epoch });
    }
  }

  _report(samples) {
    this._unreported += samples;
    if (this._hasStarted && this._unreported >= REPORT_EVERY_S * this._contextRateHz) this._tellPosition();
  }

  _tellPosition() {
    this._unreported = 0;
    this._tell({
      type: "position",
      epoch: this._epoch,
      played: this._queue.played,
      waiting: this._queue.waiting,
      starvedMs: (this._starved / this._contextRateHz) * 1000,
      isPaused: this._target === 0,
    });
  }
}

function ramp(block, from, to) {
  for (let i = 0; i < block.length; i++) block[i] *= from + ((to - from) * (i + 1)) / block.length;
}
