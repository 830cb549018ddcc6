/**
 * A conversation: turns that are spoken one after the other, over one connection at a time and one player.
 *
 *     idle ──say──► speaking ◄──pause──► paused
 *       ▲              └───────┬───────────┘
 *       └── the last turn was heard, barge-in, failure
 *
 * It reads by itself, tells the server the play position, and holds it up while much audio waits here. When the
 * connection is lost, what has come is heard, and a new connection speaks what is missing.
 */

import { Connection } from "./connection.js";
import { VoiceServerError } from "./errors.js";
import { Player } from "./player.js";
import { connect } from "./stream.js";
import { Turn } from "./turn.js";

const MOST_AHEAD_MS = 30_000; // of audio not yet played, beyond which the server is asked to pause …
const ENOUGH_AHEAD_MS = 15_000; // … until this much is left
const TICK_MS = 20;
const REPORT_EVERY_MS = 250;
const EXPECTED_WARNINGS = ["nothing_to_cancel", "not_kept"]; // for which there are means here
const SAFE_TO_CUT_MS = 250; // how far ahead of the play position audio can still be taken back

const HANDLERS = {
  onState() {},
  onStarted() {},
  onSent() {},
  onMessage() {},
  onAudio() {},
  onCaption() {},
  onWord() {},
  onConnection() {},
  onWarning: ({ msg }) => console.warn(msg),
  onError: (error) => console.error(error.message),
};

export class Conversation {
  /** `options` are the token, the WebSocket, the player, `reconnectMs`, `config` and handlers; see index.d.ts. */
  constructor(address, options = {}) {
    const { token, WebSocket, player = new Player(), reconnectMs = 60_000, config = {}, ...handlers } = options;
    const unknown = Object.keys(handlers).filter((name) => !(name in HANDLERS));
    if (unknown.length > 0) {
      const allowed = ["token", "WebSocket", "player", "reconnectMs", ...Object.keys(HANDLERS)].join(", ");
      throw new VoiceServerError(
        `a conversation has no option ${unknown[0]}; it has ${allowed}, and config for the protocol's, such as voice`,
        "config",
      );
    }
    this._player = player;
    this._player.onStarted = () => this._tell("onStarted", this._turns[0]);
    this._player.onDrained = () => this._drained();
    this._config = { timestamps: "word", ...config };
    this._handlers = { ...HANDLERS, ...handlers };
    this._connection = new Connection({
      open: (keepS) => {
        const access = { token: typeof token === "function" ? token() : token, WebSocket };
        return connect(address, { ...access, ...(keepS > 0 && { keep_s: keepS }), ...this._config });
      },
      isNeeded: () => this._turns.some(({ doneReason }) => doneReason === null),
      reconnectMs,
      owner: {
        received: (event) => this._obey(event),
        opened: (isAgain) => this._opened(isAgain),
        isConnecting: () => this._tellConnection("connecting"),
        wentOn: () => this._tellConnection("open"),
        isAsleep: () => this._tellConnection("asleep"),
        isGone: (error) => this._giveUp(error),
      },
    });
    this._isDraining = false; // the server is going down, and takes no more text
    this._isHolding = false; // the server was asked to pause
    this._turns = []; // those that are not over; the first is the one being heard
    this._count = 0;
    this._state = "idle";
    this._connectionState = null; // the last that was told
    this._ticking = null;
    this._reportedAt = 0;
  }

  get state() {
    return this._state;
  }

  /** The turn that is being heard; null where there is none. */
  get turn() {
    return this._turns[0] ?? null;
  }

  /** Milliseconds of the turn that were heard. */
  get playedMs() {
    return this._player.playedMs;
  }

  /** Milliseconds of audio that came and were not heard yet. */
  get aheadMs() {
    const samples = this._turns.flatMap(({ waiting }) => waiting).reduce((sum, { length }) => sum + length, 0);
    const waitingMs = (samples / this._player.rateHz) * 1000;
    return Math.max(0, this._player.receivedMs - this._player.playedMs) + waitingMs;
  }

  /** Milliseconds of silence that the listener heard because audio of the turn came too late. */
  get starvedMs() {
    return this._player.starvedMs;
  }

  get isConnected() {
    return this._connection.isOpen;
  }

  /** Start the player and connect; browsers allow the first in a click or a key press only. */
  async open() {
    const isNeeded = !this.isConnected && this._turns.length === 0;
    await Promise.all([this._player.open(), isNeeded && this.connect()]);
  }

  /** Connect, anew if there is a connection; resolves with `ready`. `config` takes the place of the present one. */
  connect(config) {
    if (config) this._config = { timestamps: "word", ...config };
    this.bargeIn();
    return this._connection.connect();
  }

  /**
   * Begin a turn, which is heard after those before it; write its text as it comes, and end it.
   *
   * `config` is the protocol's and holds for the turns behind it too.
   */
  say(config = {}) {
    if (!this._player.isOpen) {
      throw new VoiceServerError("a conversation is opened before it speaks: await conversation.open()", "not_open");
    }
    this._turns.at(-1)?.end();
    this._config = merged(this._config, config);
    const turn = new Turn(`t${++this._count}`, this._config, () => this._send());
    this._turns.push(turn);
    if (this._turns.length === 1) this._beginFirst();
    if (!this.isConnected) this._connection.reconnect();
    return turn;
  }

  /** Stop at once: all turns are over. Returns what was heard of the first of them, null where there is none. */
  bargeIn() {
    const stopped = this._turns;
    if (stopped.length === 0) return null;
    this._turns = [];
    const playedMs = Math.round(this._player.stop());
    this._tellBegun(stopped[0], playedMs);
    stopped.forEach((turn, place) => {
      const heardMs = place === 0 ? playedMs : 0;
      if (!turn.doneReason && this.isConnected) {
        this._connection.stream.cancel({ turn: turn.name, playedMs: heardMs });
      }
      turn.finish("cancelled", turn.splitAt(heardMs));
    });
    this._enter("idle", "cancelled");
    const droppedMs = Math.max(0, this._player.receivedMs - playedMs);
    return { turn: stopped[0], playedMs, droppedMs, ...stopped[0].splitAt(playedMs) };
  }

  /** Hold the sound, or go on. */
  pause(isPaused = true) {
    if (this._turns.length === 0) return;
    this._player.pause(isPaused);
    this._enter(isPaused ? "paused" : "speaking");
  }

  /** Stop, and close the connection. */
  close() {
    this.bargeIn();
    this._connection.close();
  }

  // ------------------------------------------------------------ the connection

  _opened(isAgain) {
    this._isDraining = false;
    this._isHolding = false;
    this._tellConnection("open");
    if (isAgain) this._askAgain();
    this._holdOrGoOn();
    this._send();
  }

  /** Have a new connection speak what the lost one did not. */
  _askAgain() {
    const { rateHz, playedMs, latencyMs } = this._player;
    this._turns.forEach((turn, place) => {
      if (turn.doneReason) return;
      const wholeMs = (turn.wholeSamples / rateHz) * 1000;
      const dropsPart = place > 0 || wholeMs > playedMs + latencyMs + SAFE_TO_CUT_MS;
      if (place === 0 && dropsPart) this._player.cutAt(turn.wholeSamples);
      turn.startAgain({ dropsPart, rateHz });
    });
  }

  /** There is no connection and will be none: what has come is still heard. */
  _giveUp(error) {
    this._tellConnection("gone");
    this._tell("onError", error);
    const [first, ...others] = this._turns;
    this._turns = first ? [first] : [];
    for (const turn of others) turn.finish("failed", turn.splitAt(0), error);
    if (first && !first.doneReason) this._noteDone(first, "failed", error);
  }

  /** Send what the turns have and this connection lacks. */
  _send() {
    if (!this.isConnected || this._isDraining) return;
    for (const turn of this._turns) {
      let message;
      while ((message = turn.takeMessage(this._player.rateHz))) {
        this._connection.stream.send(message);
        this._tell("onSent", message.token, turn);
      }
    }
  }

  // ------------------------------------------------------------ messages of the server

  _obey(event) {
    const turn = this._turns.find(({ name }) => name === event.turn);
    if (event.type === "warning") this._warned(event);
    else if (event.type === "error") this._refused(event, turn);
    else if (event.type === "closing") this._isDraining = true;
    else if (turn && event.type === "audio") this._hear(event, turn);
    else if (turn && event.type === "turn_done") this._serverIsDone(event, turn);
    else if (turn) this._note(event, turn);
  }

  _warned(warning) {
    if (!EXPECTED_WARNINGS.includes(warning.code)) this._tell("onWarning", warning);
  }

  _note(event, turn) {
    const message = turn.localized(event);
    turn.note(message, this._player.rateHz);
    if (message.type === "sentence_end") this._connection.hasProgressed();
    this._tell("onMessage", message, turn);
  }

  _hear({ samples }, turn) {
    turn.addAudio(samples);
    if (turn === this._turns[0]) this._player.push(samples);
    else turn.waiting.push(samples);
    this._tell("onAudio", samples, turn);
    this._holdOrGoOn();
  }

  _serverIsDone(event, turn) {
    const isWhole = turn.noteDone(event, this._player.rateHz);
    if (event.reason === "complete" && !isWhole) return; // the server goes down; the rest comes by a new connection
    this._tell("onMessage", turn.localized(event), turn);
    if (event.reason === "complete" || event.reason === "failed") this._noteDone(turn, event.reason);
    else this._finish(turn, event.reason, this._stopped(turn)); // another turn took its place
  }

  _refused(event, turn) {
    if (event.code === "after_done" && this._isDraining) return; // it is sent again by a new connection
    if (turn && event.index !== undefined) {
      this._note(event, turn); // a sentence that could not be spoken; the others are
      return;
    }
    if (event.fatal) return; // the connection's end says the same
    const error = new VoiceServerError(event.msg, event.code);
    this._tell("onError", error);
    const refused = turn ?? this._turns.at(-1); // a message that is refused belongs to the turn that takes text
    if (!refused) return;
    this._connection.stream.cancel({ turn: refused.name });
    this._finish(refused, "failed", this._stopped(refused), error);
  }

  // ------------------------------------------------------------ the turns and the player

  _beginFirst() {
    const [turn] = this._turns;
    this._player.start();
    for (const samples of turn.waiting) this._player.push(samples);
    turn.waiting = [];
    this._ticking ??= setInterval(() => this._tick(), TICK_MS);
    this._enter("speaking");
    if (turn.doneReason) this._noteDone(turn, turn.doneReason);
  }

  /** Stop the player if a turn is being heard; returns how many milliseconds of the turn were heard. */
  _stopped(turn) {
    return turn === this._turns[0] ? this._player.stop() : 0;
  }

  /** The server sends no more of a turn. */
  _noteDone(turn, reason, error = null) {
    turn.doneReason = reason;
    turn.error = error;
    if (turn !== this._turns[0]) return;
    if (this._player.receivedMs > 0) this._player.end();
    else this._finish(turn, reason, 0, error);
  }

  /** All that came of the first turn was heard. */
  _drained() {
    const [turn] = this._turns;
    if (!turn?.doneReason) return;
    this._tellBegun(turn, Infinity);
    this._finish(turn, turn.doneReason, this._player.receivedMs, turn.error);
  }

  _finish(turn, reason, playedMs, error = null) {
    if (!this._turns.includes(turn)) return;
    const isFirst = turn === this._turns[0];
    turn.finish(reason, reason === "complete" ? all(turn) : turn.splitAt(playedMs), error);
    this._turns = this._turns.filter((each) => each !== turn);
    if (this._turns.length === 0) this._enter("idle", reason);
    else if (isFirst) this._beginFirst();
  }

  _tick() {
    this._tellBegun(this._turns[0], this._player.playedMs);
    const now = performance.now();
    const [turn] = this._turns; // a handler may have barged in
    if (!turn || now - this._reportedAt < REPORT_EVERY_MS) return;
    this._reportedAt = now;
    if (this.isConnected && !turn.doneReason && this._player.receivedMs > 0) {
      this._connection.stream.played(Math.round(this._player.playedMs), turn.name);
    }
    this._holdOrGoOn();
  }

  _tellBegun(turn, playedMs) {
    const { words, captions } = turn.takeBegun(playedMs);
    for (const caption of captions) this._tell("onCaption", caption, turn);
    for (const word of words) this._tell("onWord", word, turn);
  }

  /** Let the server pause while enough audio is buffered here, so that it does not send a book at once. */
  _holdOrGoOn() {
    const most = this._isHolding ? ENOUGH_AHEAD_MS : MOST_AHEAD_MS;
    const holds = this._state === "paused" || (this._state === "speaking" && this.aheadMs > most);
    if (holds === this._isHolding || !this.isConnected) return;
    this._isHolding = holds;
    this._connection.stream.send(holds ? { pause: true } : { resume: true });
  }

  _enter(state, reason = null) {
    if (state === "idle") {
      this._connection.hasProgressed();
      clearInterval(this._ticking);
      this._ticking = null;
    }
    this._state = state;
    this._holdOrGoOn();
    this._tell("onState", state, reason);
  }

  _tellConnection(state) {
    if (state === this._connectionState) return;
    this._connectionState = state;
    this._tell("onConnection", state);
  }

  /** Call a handler; what it throws is the program's own error and ends nothing here. */
  _tell(name, ...what) {
    try {
      this._handlers[name](...what);
    } catch (error) {
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

function all(turn) {
  return { heard: turn.text, unheard: "" };
}

/** A configuration with what a later message adds, as the server keeps it. */
function merged(config, added) {
  const { voice: _, opts, ...others } = config;
  if (added.backend) return { ...others, ...added }; // it resets voice and options
  return { ...config, ...added, ...(added.opts && { opts: { ...opts, ...added.opts } }) };
}
