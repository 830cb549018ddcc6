/**
 * Speaks one turn at a time, from the request to the last sample, over one connection and one player.
 *
 *     idle ──speak──► speaking ◄──pause──► paused
 *       ▲                └────────┬──────────┘
 *       └── drained, barge-in, failure
 *
 * Independent of the page's elements: events are passed to `tell`, an object of functions (see main.js).
 */

import { sentence } from "./access.js";
import { Connection } from "./connection.js";
import { Feeder } from "./feeder.js";
import { Player } from "./player.js";
import { Recording } from "./recording.js";
import { Offsets, Timeline } from "./timeline.js";

const MOST_AHEAD_MS = 30_000; // of audio not yet played, beyond which the server is asked to pause …
const ENOUGH_AHEAD_MS = 15_000; // … until this much is left
const REPORT_EVERY_MS = 250;

/** One text that is being spoken. */
class Turn {
  constructor(name, rateHz) {
    this.name = name;
    this.askedAt = performance.now();
    this.rateHz = rateHz;
    this.timeline = new Timeline();
    this.recording = new Recording(rateHz);
    this.text = ""; // the text that was sent to the server
    this.offsets = new Offsets();
    this.spans = new Map(); // the offsets of each sentence in it, by index
    this.soundMs = null; // from the request to the first sample
    this.writtenMs = null; // from the request to the last token
    this.allSent = false; // `turn_done` was received
  }

  add(text) {
    this.text += text;
    this.offsets.add(text);
  }

  /** The text, split at the play position into what was heard and what was not. */
  splitAt(playedMs) {
    const at = this.offsets.toUtf16(this.timeline.heardUntil(playedMs));
    return { heard: this.text.slice(0, at), unheard: this.text.slice(at) };
  }
}

export class Conversation {
  constructor(tell) {
    this._tell = tell;
    this._player = new Player({ onStarted: () => this._soundStarted(), onDrained: () => this._finish("complete") });
    this._connection = null;
    this._backend = null;
    this._ready = null;
    this._turn = null; // the turn that is played, or was played last
    this._turns = 0;
    this._requests = 0;
    this._state = "idle";
    this._isHolding = false; // the server was asked to pause
  }

  get state() {
    return this._state;
  }

  get playedMs() {
    return this._player.playedMs;
  }

  get aheadMs() {
    return Math.max(0, this._player.receivedMs - this._player.playedMs);
  }

  get starvedMs() {
    return this._player.starvedMs;
  }

  get recording() {
    return this._turn?.recording ?? null;
  }

  /** Start the audio context; browsers allow it in a click or a key press only. Early calls save time later. */
  warmUp() {
    return this._player.open();
  }

  /** Connect to a backend (null: the server's default) unless connected to it already; returns its `ready` message. */
  async connect(backend) {
    if (this._connection?.isOpen && backend === this._backend) return this._ready;
    this.bargeIn();
    this._connection?.close();
    const connection = new Connection({
      onMessage: (message) => this._obey(message),
      onFrame: (frame) => this._sound(frame),
      onClose: (reason) => this._lost(reason),
    });
    this._connection = connection;
    this._isHolding = false;
    this._ready = await connection.open({ ...(backend && { backend }), timestamps: "word" });
    this._backend = this._ready.backend; // another one if a fallback was chosen
    return this._ready;
  }

  /** Speak a text as `config` says; `rate()` is in tokens a second, or null for the whole text at once. */
  async speak(text, { backend, config, rate }) {
    this.bargeIn();
    this._turn = null; // its late messages are ignored
    const askedAt = performance.now();
    const request = ++this._requests;
    await this._player.open();
    await this.connect(backend);
    if (request !== this._requests) return; // another text was requested in the meantime
    this._player.start();
    this._turn = new Turn(`t${++this._turns}`, this._player.rateHz);
    this._turn.askedAt = askedAt;
    this._enter("speaking");
    this._reporting = setInterval(() => this._report(), REPORT_EVERY_MS);
    const format = { encoding: "pcm_s16le", rate: this._player.rateHz, frames: "tagged" };
    this._feed(text, { ...config, format }, rate);
  }

  /** Stop at once and send the play position to the server, which answers with the heard text. */
  bargeIn() {
    if (this._state === "idle") return;
    const turn = this._turn;
    const playedMs = Math.max(0, Math.round(this._player.stop()));
    const droppedMs = Math.max(0, this._player.receivedMs - playedMs);
    if (!turn.allSent) this._connection.send({ cancel: true, turn: turn.name, played_ms: playedMs });
    this._finish("cancelled");
    this._tell.heard({ ...turn.splitAt(playedMs), droppedMs });
  }

  pause(isPaused) {
    if (this._state === "idle") return;
    this._player.pause(isPaused);
    this._enter(isPaused ? "paused" : "speaking");
    this._holdOrGoOn();
  }

  _feed(text, config, rate) {
    const turn = this._turn;
    let more = config; // sent with the first piece, so that both are refused together
    this._feeder = new Feeder(text, {
      rate,
      limits: this._ready.limits,
      give: (piece, isLast) => {
        turn.add(piece);
        this._tell.typed(piece, isLast);
        this._connection.send({ ...more, turn: turn.name, token: piece, ...(isLast && { end: true }) });
        more = {};
        if (isLast) {
          turn.writtenMs = performance.now() - turn.askedAt;
          this._tell.timed(turn);
        }
      },
    });
    this._feeder.start();
  }

  // ------------------------------------------------------------ messages of the server

  _obey(message) {
    if (message.type === "warning" && message.code !== "nothing_to_cancel") this._tell.warning(sentence(message.msg));
    else if (message.type === "error") this._refused(message);
    else if (message.type === "closing") this._tell.warning("The server is about to restart.");
    else if (message.turn === this._turn?.name) this._obeyOfTurn(message);
  }

  _obeyOfTurn(message) {
    const { timeline } = this._turn;
    if (message.type === "cancelled" && this._state === "idle") {
      this._tell.heard({ heard: message.heard, unheard: message.unheard, droppedMs: message.dropped_ms });
    }
    if (this._state === "idle") return; // late messages of a turn that was interrupted
    if (message.type === "generating") {
      this._turn.spans.set(message.index, message.chars);
      this._feeder.reached(message.chars[1]);
      this._tell.generating(message);
    } else if (message.type === "sentence") {
      timeline.addSentence(message);
      this._tell.sentence(message);
    } else if (message.type === "words") {
      timeline.addWords(message);
      this._tell.words(message);
    } else if (message.type === "sentence_end") {
      timeline.endSentence(message);
      this._tell.sentenceEnd(message);
    } else if (message.type === "turn_done") {
      this._allSent(message.reason);
    }
  }

  _sound({ turn, samples }) {
    if (this._state === "idle" || turn !== this._turn.name) return;
    this._player.push(samples);
    this._turn.recording.add(samples);
    this._tell.samples(samples, this._turn.rateHz);
    this._holdOrGoOn();
  }

  _allSent(reason) {
    this._turn.allSent = true;
    if (this._player.receivedMs > 0) this._player.end();
    else this._finish(reason);
  }

  _refused(message) {
    this._tell.error(sentence(message.msg));
    if (message.index === undefined && this._state !== "idle") {
      this._connection.send({ cancel: true });
      this._player.stop();
      this._finish("failed");
    } else if (this._turn) {
      this._tell.sentenceFailed({ index: message.index, chars: this._turn.spans.get(message.index) });
    }
  }

  _lost(reason) {
    this._tell.disconnected();
    if (this._state === "idle" || this._turn.allSent) return;
    this._tell.error(reason || "The server closed the connection.");
    this._allSent("failed"); // what arrived is still played
  }

  // ------------------------------------------------------------ events of the player

  _soundStarted() {
    this._turn.soundMs = performance.now() - this._turn.askedAt + this._player.latencyMs;
    this._tell.timed(this._turn);
  }

  _report() {
    if (!this._turn.allSent && this._player.receivedMs > 0) {
      this._connection.send({ played_ms: Math.max(0, Math.round(this._player.playedMs)), turn: this._turn.name });
    }
    this._holdOrGoOn();
  }

  /** Let the server pause while enough audio is buffered here, so that it does not send a book at once. */
  _holdOrGoOn() {
    const most = this._isHolding ? ENOUGH_AHEAD_MS : MOST_AHEAD_MS;
    const holds = this._state === "paused" || (this._state === "speaking" && this.aheadMs > most);
    if (holds === this._isHolding) return;
    this._isHolding = holds;
    this._connection.send(holds ? { pause: true } : { resume: true });
  }

  _finish(reason) {
    if (this._state === "idle") return;
    clearInterval(this._reporting);
    this._feeder.stop();
    this._enter("idle", reason);
    this._holdOrGoOn();
  }

  _enter(state, reason = null) {
    this._state = state;
    this._tell.state(state, reason);
  }
}
