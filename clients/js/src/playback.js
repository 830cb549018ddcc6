/**
 * Plays PCM: queues what arrives, and fills an output's blocks from it.
 *
 * Runs in the audio thread of a browser, in the page where there is no worklet (web-audio-speaker.js), or by a
 * timer (paced-speaker.js). Every sample is played once and in order; a stop and a pause fade over one block, so
 * that neither clicks. The file imports nothing, so that bundlers can copy it as a worklet.
 */

const REPORT_EVERY_S = 0.02;

/** PCM to be played; it is read at the output's rate, by linear interpolation if the rates differ. */
class Queue {
  constructor(rateHz, outputRateHz) {
    this.played = 0; // samples that were read, at the source's rate
    this.waiting = 0;
    this._step = rateHz / outputRateHz;
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

  /** Forget what lies behind this sample, counted from the queue's first one, and was not read yet. */
  cutAt(sample) {
    const read = this.played + (this._phase > 1 ? 1 : 0); // the last one read is counted with the next
    let excess = this.played + this.waiting - Math.max(sample, read);
    while (excess > 0 && this._chunks.length > 0) {
      const last = this._chunks.pop();
      const done = this._chunks.length === 0 ? this._at : 0;
      const dropped = Math.min(excess, last.length - done);
      excess -= dropped;
      this.waiting -= dropped;
      if (dropped < last.length - done) this._chunks.push(last.subarray(0, last.length - dropped));
      else if (done > 0) this._at = 0;
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

/** The playback at one output; `tell` is called with its events. */
export class Playback {
  constructor(outputRateHz, tell) {
    this._outputRateHz = outputRateHz;
    this._tell = tell;
    this._unreported = 0;
    this._leaving = null; // the queue of a stretch that was stopped, to be faded out
    this._begin({ epoch: 0, rateHz: outputRateHz });
  }

  /** Handle a message: start, pcm, cut, end, stop or pause. */
  receive(message) {
    if (message.type === "start") this._begin(message);
    else if (message.type === "pcm") this._queue.push(message.samples);
    else if (message.type === "cut") this._queue.cutAt(message.sample);
    else if (message.type === "end") this._hasAll = true;
    else if (message.type === "pause") this._target = message.paused ? 0 : 1;
    else if (message.type === "stop") this._stop();
  }

  /** Whether blocks are silent until the next message. */
  get isIdle() {
    if (this._leaving) return false;
    if (this._gain === 0 && this._target === 0) return true;
    return this._isDrained || (!this._hasStarted && this._queue.waiting === 0);
  }

  /** Fill one block of output, float samples from -1 to 1. */
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
    this._queue = new Queue(rateHz, this._outputRateHz);
    this._gain = 1;
    this._target = 1;
    this._hasStarted = false;
    this._hasAll = false;
    this._isDrained = false;
    this._starved = 0; // samples of silence within a stretch, at the output's rate
  }

  _stop() {
    if (this._gain > 0) this._leaving = this._queue;
    this._begin({ epoch: this._epoch, rateHz: this._outputRateHz });
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
    if (this._hasStarted && this._unreported >= REPORT_EVERY_S * this._outputRateHz) this._tellPosition();
  }

  _tellPosition() {
    this._unreported = 0;
    this._tell({
      type: "position",
      epoch: this._epoch,
      played: this._queue.played,
      waiting: this._queue.waiting,
      starvedMs: (this._starved / this._outputRateHz) * 1000,
      isPaused: this._target === 0,
    });
  }
}

function ramp(block, from, to) {
  for (let i = 0; i < block.length; i++) block[i] *= from + ((to - from) * (i + 1)) / block.length;
}

if (globalThis.registerProcessor) {
  registerProcessor(
    "voice-server-playback",
    class extends AudioWorkletProcessor {
      constructor() {
        super();
        this._playback = new Playback(sampleRate, (message) => this.port.postMessage(message));
        this.port.onmessage = ({ data }) => this._playback.receive(data);
      }

      process(_inputs, [[output]]) {
        this._playback.render(output);
        return true;
      }
    },
  );
}
