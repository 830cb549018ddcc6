/**
 * The player: sends samples to a speaker and knows the play position.
 *
 * One stretch of speech after the other: `start`, any number of `push`, then `end` or `stop`. Positions are
 * milliseconds of that stretch's audio as they leave the loudspeaker. Every stretch has an epoch, by which late
 * reports of an earlier one are recognised.
 */

import { WebAudioSpeaker } from "./web-audio-speaker.js";

const LONGEST_GUESS_MS = 100;

export class Player {
  /** `speaker` is a WebAudioSpeaker, a PacedSpeaker, or another object with their four members. */
  constructor(speaker = new WebAudioSpeaker()) {
    this.onStarted = () => {}; // the first sample of a stretch is heard
    this.onDrained = () => {}; // all of a stretch was heard
    this._speaker = speaker;
    this._epoch = 0;
    this._isOpen = false;
    this._forget();
  }

  /** Start the speaker; browsers allow it in a click or a key press only, and it may be called again there. */
  async open() {
    await this._speaker.open((message) => this._receive(message));
    this._isOpen = true;
  }

  get isOpen() {
    return this._isOpen;
  }

  /** The sample rate to ask the server for. */
  get rateHz() {
    return this._speaker.rateHz;
  }

  /** Milliseconds of audio that were received. */
  get receivedMs() {
    return this._inMs(this._received);
  }

  /** Milliseconds of audio that the listener has heard; never decreases. */
  get playedMs() {
    const { played, waiting, at, isPaused } = this._position;
    if (at === null) return this._furthestMs;
    const sinceMs = isPaused ? 0 : Math.min(performance.now() - at, LONGEST_GUESS_MS);
    const heardMs = Math.min(this._inMs(played) + sinceMs, this._inMs(played + waiting)) - this.latencyMs;
    this._furthestMs = Math.max(this._furthestMs, heardMs);
    return this._furthestMs;
  }

  /** The time from the speaker's input to the ear in milliseconds, as far as it is known. */
  get latencyMs() {
    return this._speaker.latencyMs;
  }

  /** Milliseconds of silence that the listener heard because audio came too late. */
  get starvedMs() {
    return this._position.starvedMs;
  }

  start() {
    this._forget();
    this._epoch += 1;
    this._rateHz = this.rateHz;
    this._speaker.post({ type: "start", epoch: this._epoch, rateHz: this._rateHz });
  }

  /** Play these samples, an Int16Array at `rateHz`, behind those that were pushed before. */
  push(samples) {
    this._received += samples.length;
    this._speaker.post({ type: "pcm", samples });
  }

  /** Do not play what lies behind this sample, counted from the start, as far as it was not played yet. */
  cutAt(sample) {
    this._received = Math.min(this._received, sample);
    this._speaker.post({ type: "cut", sample });
  }

  /** No more audio will come. */
  end() {
    this._speaker.post({ type: "end" });
  }

  /** Stop now; returns how many milliseconds were heard. */
  stop() {
    const playedMs = this.playedMs;
    this._speaker.post({ type: "stop" });
    this._epoch += 1;
    this._position = { ...this._position, at: null };
    return playedMs;
  }

  pause(isPaused) {
    this._speaker.post({ type: "pause", paused: isPaused });
  }

  _forget() {
    this._rateHz = this.rateHz;
    this._received = 0;
    this._furthestMs = 0;
    this._position = { played: 0, waiting: 0, starvedMs: 0, isPaused: false, at: null };
  }

  _inMs(samples) {
    return (samples / this._rateHz) * 1000;
  }

  _receive(message) {
    if (message.epoch !== this._epoch) return;
    if (message.type === "position") this._position = { ...message, at: performance.now() };
    else if (message.type === "started") this.onStarted();
    else if (message.type === "drained") this.onDrained();
  }
}
