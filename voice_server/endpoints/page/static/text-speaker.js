/**
 * Speaks the page's text: one turn at a time, at once or a token at a time, and keeps the recording of it.
 *
 * Independent of the page's elements: events are passed to `tell`, an object of functions (see main.js).
 */

import { token } from "./access.js";
import { Conversation, Player } from "./client/index.js";
import { Feeder } from "./feeder.js";
import { Recording } from "./recording.js";

export class TextSpeaker {
  constructor(tell) {
    this._tell = tell;
    this._player = new Player();
    this._conversation = new Conversation(new URL("stream-tokens", document.baseURI), {
      token,
      player: this._player,
      onState: (state, reason) => this._enter(state, reason),
      onStarted: () => this._soundStarted(),
      onMessage: (message) => this._receive(message),
      onAudio: (samples) => this._keep(samples),
      onConnection: tell.connection,
      onWarning: ({ msg }) => tell.warning(msg),
      onError: ({ message }) => tell.error(message),
    });
    this._ready = null;
    this._backend = null;
    this._requests = 0;
    this._spoken = null; // what is known of the last text
  }

  get state() {
    return this._conversation.state;
  }

  get playedMs() {
    return this._conversation.playedMs;
  }

  get recording() {
    return this._spoken?.recording ?? null;
  }

  /** Start the audio context; browsers allow it in a click or a key press only. Early calls save time later. */
  warmUp() {
    return this._player.open();
  }

  /** Connect to a backend (null: the server's default) unless connected to it already; returns its `ready` message. */
  async connect(backend) {
    if (this._conversation.isConnected && backend === this._backend) return this._ready;
    this.bargeIn();
    this._ready = await this._conversation.connect(backend ? { backend } : {});
    this._backend = this._ready.backend; // another one if a fallback was chosen
    return this._ready;
  }

  /** Speak a text as `config` says; `rate()` is in tokens a second, or null for the whole text at once. */
  async speak(text, { backend, config, rate }) {
    this.bargeIn();
    const askedAt = performance.now();
    const request = ++this._requests;
    await this._player.open();
    await this.connect(backend);
    if (request !== this._requests) return; // another text was requested in the meantime
    this._spoken = {
      askedAt,
      recording: new Recording(this._player.rateHz),
      spans: new Map(), // the offsets of each sentence, by index
      soundMs: null, // from the request to the first sample
      writtenMs: null, // from the request to the last token
    };
    this._spoken.turn = this._conversation.say(config);
    this._feeder = new Feeder(text, { rate, limits: this._ready.limits, give: (...given) => this._give(...given) });
    this._feeder.start();
  }

  /** Stop at once, and show what was heard. */
  bargeIn() {
    const stopped = this._conversation.bargeIn();
    if (stopped) this._tell.heard(stopped);
  }

  pause(isPaused) {
    this._conversation.pause(isPaused);
  }

  _give(piece, isLast) {
    const { turn, askedAt } = this._spoken;
    this._tell.typed(piece);
    if (!isLast) {
      turn.write(piece);
      return;
    }
    turn.end(piece);
    this._spoken.writtenMs = performance.now() - askedAt;
    this._tell.timed(this._spoken);
  }

  _soundStarted() {
    this._spoken.soundMs = performance.now() - this._spoken.askedAt + this._player.latencyMs;
    this._tell.timed(this._spoken);
  }

  _receive(message) {
    if (message.type === "generating") {
      this._spoken.spans.set(message.index, message.chars);
      this._feeder.reached(message.chars[1]);
      this._tell.generating(message);
    } else if (message.type === "sentence") this._tell.sentence(message);
    else if (message.type === "words") this._tell.words(message);
    else if (message.type === "sentence_end") this._tell.sentenceEnd(message);
    else if (message.type === "error") {
      this._tell.error(message.msg);
      this._tell.sentenceFailed({ index: message.index, chars: this._spoken.spans.get(message.index) });
    }
  }

  _keep(samples) {
    this._spoken.recording.add(samples);
    this._tell.samples(samples, this._player.rateHz);
  }

  _enter(state, reason) {
    if (state === "idle") this._feeder?.stop();
    this._tell.state(state, reason);
  }
}
