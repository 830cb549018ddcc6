/**
 * What is heard: the take that plays, with its transcript, its waveform and the controls of the player.
 *
 * A take is heard live while its text is spoken, and again from its recording, from any place.
 */

import { Replay } from "./replay.js";
import { text } from "./texts.js";
import { Transcript } from "./transcript.js";
import { byId, showHeard, showStatus } from "./view.js";
import { Waveform } from "./waveform.js";

const STEP_MS = 5000; // of an arrow key on the waveform

const ENDINGS = { complete: "status.complete", cancelled: "status.cancelled", preempted: "status.preempted", failed: "status.failed" };

export class Stage {
  /** `textSpeaker` speaks live; `tell.failed(error)` is called where a recording cannot be heard. */
  constructor(textSpeaker, tell) {
    this._live = textSpeaker;
    this._tell = tell;
    this._take = null;
    this._isDrawing = false;
    this._restMs = 0; // where the play head is while nothing is heard
    this._transcript = new Transcript(byId("transcript"));
    this._waveform = new Waveform(byId("waveform"));
    this._replay = new Replay(() => this._replayChanged());
    byId("pause").addEventListener("click", () => this.toggle());
    byId("transcript").addEventListener("click", ({ target }) => this._clickedText(target));
    byId("waveform").addEventListener("click", ({ offsetX }) => this.seek(this._waveform.timeAt(offsetX)));
    byId("waveform").addEventListener("keydown", (event) => this._waveformKey(event));
    byId("replay-speed").addEventListener("change", ({ target }) => (this._replay.speed = Number(target.value)));
    document.addEventListener("themechange", () => this._waveform.refresh());
    this._showControls();
    this._waveform.draw(0);
  }

  /** The take that is shown; null before the first. */
  get take() {
    return this._take;
  }

  set volume(volume) {
    this._replay.volume = volume;
  }

  /** Begin to show a take that is being spoken; null forgets the one before. */
  begin(take) {
    this._replay.stop();
    this._take = take;
    this._restMs = 0;
    this._transcript.reset({ isSsml: take?.request.ssml });
    this._waveform.reset();
    if (take) take.shape = this._waveform.shape;
    byId("heard").hidden = true;
    this._showControls();
  }

  typed(piece) {
    this._transcript.write(piece);
  }

  sentence(message) {
    this._transcript.addSentence(message);
    this._waveform.mark(message.at_ms);
    this._showControls();
  }

  words(message) {
    this._transcript.addWords(message);
  }

  sentenceFailed(message) {
    this._transcript.fail(message);
  }

  samples(samples, rateHz) {
    this._waveform.push(samples, rateHz);
  }

  heard(split) {
    this._transcript.split(split);
    showHeard(split);
  }

  /** What the text speaker does has changed. */
  liveChanged(state, reason) {
    if (this._isHandingOver) return;
    if (state === "speaking") showStatus(text("status.speaking"));
    else if (state === "paused") showStatus(text("status.paused"));
    else {
      if (reason === "complete") this._transcript.finish();
      if (reason in ENDINGS) showStatus(text(ENDINGS[reason]));
      this._restMs = reason === "complete" ? 0 : this._live.playedMs;
      this._waveform.showWhole();
    }
    this._showControls();
    this._draw();
  }

  /** Hold or go on; where nothing is heard, hear the take again. */
  toggle() {
    if (this._live.state !== "idle") this._live.pause(this._live.state !== "paused");
    else if (this._replay.state !== "idle") this._replay.pause(this._replay.state === "playing");
    else this.seek(this._restMs);
  }

  /** Hold what is heard again; live speech goes on. */
  hush() {
    this._replay.stop();
  }

  /** Show another take, and hear it from its beginning. */
  show(take) {
    this._live.bargeIn();
    this.begin(null);
    this._take = take;
    this._waveform.restore(take.shape);
    this.seek(0);
  }

  /** Hear the take from this time, in milliseconds. */
  seek(ms) {
    const take = this._take;
    if (!take || take.recording.isEmpty) return;
    if (this._live.state !== "idle") {
      if (!take.isWhole) {
        showStatus(text("status.not-whole"));
        return;
      }
      this._isHandingOver = true; // the recording has all of it
      this._live.handOver();
      this._isHandingOver = false;
    }
    byId("heard").hidden = true;
    this._waveform.showWhole();
    this._transcript.show(take);
    this._replay.play(take, ms).catch((error) => this._tell.failed(error));
    this._transcript.moveTo(ms);
  }

  // ------------------------------------------------------------ the recording

  _replayChanged() {
    const { state } = this._replay;
    if (state === "idle") {
      this._restMs = 0;
      this._transcript.finish();
    }
    showStatus(text(`replay.${state}`));
    this._showControls();
    this._draw();
  }

  _clickedText(element) {
    const ms = this._transcript.timeAt(element);
    if (ms !== undefined && getSelection().isCollapsed) this.seek(ms);
  }

  _waveformKey(event) {
    const step = { ArrowLeft: -STEP_MS, ArrowRight: STEP_MS }[event.key];
    if (event.key === "Home") this.seek(0);
    else if (step) this.seek(Math.max(0, this._playedMs + step));
    else return;
    event.preventDefault();
  }

  // ------------------------------------------------------------ what is shown

  get _state() {
    return this._live.state === "idle" ? this._replay.state : this._live.state;
  }

  get _playedMs() {
    if (this._live.state !== "idle") return this._live.playedMs;
    return this._replay.state === "idle" ? this._restMs : this._replay.playedMs;
  }

  _showControls() {
    const hasSound = this._take !== null && !this._take.recording.isEmpty;
    const sounds = this._state === "speaking" || this._state === "playing";
    const isLive = this._live.state !== "idle";
    byId("pause").disabled = this._state === "idle" && !hasSound;
    byId("pause").setAttribute("aria-label", text(sounds ? "pause" : this._state === "paused" ? "resume" : "replay"));
    byId("pause-icon").setAttribute("href", sounds ? "#icon-pause" : "#icon-play");
    byId("barge-in").disabled = !isLive;
    byId("download").disabled = !hasSound;
    byId("replay-speed").disabled = isLive || !hasSound;
    byId("speak-label").textContent = text(isLive ? "speak.again" : "speak");
    document.body.dataset.state = this._state;
    document.body.classList.toggle("has-take", hasSound);
  }

  _draw() {
    if (!this._isDrawing) requestAnimationFrame(() => this._frame());
    this._isDrawing = true;
  }

  /** Draw one animation frame: words and waveform at the play position. */
  _frame() {
    const playedMs = this._playedMs;
    this._waveform.draw(playedMs);
    this._showClock(playedMs);
    this._isDrawing = this._state !== "idle";
    if (!this._isDrawing) return;
    this._transcript.moveTo(playedMs);
    requestAnimationFrame(() => this._frame());
  }

  _showClock(playedMs) {
    const clock = this._take ? `${minutes(playedMs)} / ${minutes(this._take.durationMs)}` : "";
    const canvas = byId("waveform");
    if (byId("clock").textContent === clock) return;
    byId("clock").textContent = clock;
    canvas.setAttribute("aria-valuemax", Math.round((this._take?.durationMs ?? 0) / 1000));
    canvas.setAttribute("aria-valuenow", Math.round(playedMs / 1000));
    canvas.setAttribute("aria-valuetext", clock);
  }
}

function minutes(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
