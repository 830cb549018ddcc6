/** Plays a take that has been recorded, from any place and at any speed, with the browser's own player. */

export class Replay {
  /** `changed` is called when it begins, holds or ends. */
  constructor(changed) {
    this._changed = changed;
    this._take = null;
    this._heardMs = 0; // what is in the loaded file
    this._audio = new Audio();
    this._audio.addEventListener("ended", () => this.stop());
    this._state = "idle";
  }

  /** "idle", "playing" or "paused". */
  get state() {
    return this._state;
  }

  get playedMs() {
    return this._audio.currentTime * 1000;
  }

  /** Play a take from this time. */
  async play(take, fromMs = 0) {
    this._load(take);
    this._audio.currentTime = Math.max(0, Math.min(fromMs, take.durationMs - 1)) / 1000;
    this._audio.playbackRate = this._audio.defaultPlaybackRate;
    this._enter("playing");
    await this._audio.play();
  }

  pause(isPaused) {
    if (isPaused) this._audio.pause();
    else this._audio.play();
    this._enter(isPaused ? "paused" : "playing");
  }

  stop() {
    this._audio.pause();
    if (this._state !== "idle") this._enter("idle");
  }

  set speed(factor) {
    this._audio.defaultPlaybackRate = factor;
    this._audio.playbackRate = factor;
  }

  set volume(volume) {
    this._audio.volume = volume;
  }

  _load(take) {
    if (take === this._take && take.durationMs === this._heardMs) return;
    if (this._audio.src) URL.revokeObjectURL(this._audio.src);
    this._audio.src = URL.createObjectURL(take.recording.toWav());
    this._take = take;
    this._heardMs = take.durationMs;
  }

  _enter(state) {
    this._state = state;
    this._changed();
  }
}
