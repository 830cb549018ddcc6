/**
 * Speaks the page's text: one turn at a time, at once or a token at a time, and keeps each as a take.
 *
 * Independent of the page's elements: events are passed to `tell`, an object of functions (see main.js).
 */

import { token } from "./access.js";
import { Conversation, Player, WebAudioSpeaker } from "./client/index.js";
import { Feeder } from "./feeder.js";
import { Take } from "./take.js";

export class TextSpeaker {
  constructor(tell) {
    this._tell = tell;
    this._speaker = new WebAudioSpeaker();
    this._player = new Player(this._speaker);
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
    this._take = null; // of the last text
  }

  get state() {
    return this._conversation.state;
  }

  get playedMs() {
    return this._conversation.playedMs;
  }

  /** How loud it is, from 0 to 1. */
  set volume(volume) {
    this._speaker.volume = volume;
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

  /** Speak what `request` says (see take.js); `rate()` is in tokens a second, or null for the whole text at once. */
  async speak(request, { label, rate }) {
    this.bargeIn();
    const askedAt = performance.now();
    const number = ++this._requests;
    await this._player.open();
    await this.connect(request.backend);
    if (number !== this._requests) return; // another text was requested in the meantime
    this._take = new Take(request, label, this._player.rateHz);
    this._take.askedAt = askedAt;
    this._tell.begun(this._take);
    const { voice, options, ssml, speakers } = request;
    this._turn = this._conversation.say({ voice, opts: options, ssml, speakers });
    this._feeder = new Feeder(request.text, {
      rate,
      limits: this._ready.limits,
      give: (...given) => this._give(...given),
    });
    this._feeder.start();
  }

  /** Stop at once, and show what was heard. */
  bargeIn() {
    const stopped = this._conversation.bargeIn();
    if (stopped) this._tell.heard(stopped);
  }

  /** Stop because the recording of the same text is heard from another place. */
  handOver() {
    this._conversation.bargeIn();
  }

  pause(isPaused) {
    this._conversation.pause(isPaused);
  }

  _give(piece, isLast) {
    this._take.text += piece;
    this._tell.typed(piece);
    if (!isLast) {
      this._turn.write(piece);
      return;
    }
    this._turn.end(piece);
    this._take.writtenMs = performance.now() - this._take.askedAt;
    this._tell.timed(this._take);
  }

  _soundStarted() {
    this._take.soundMs = performance.now() - this._take.askedAt + this._player.latencyMs;
    this._tell.timed(this._take);
  }

  _receive(message) {
    const take = this._take;
    if (message.type === "generating") {
      take.spans.set(message.index, message.chars);
      this._feeder.reached(message.chars[1]);
      this._tell.generating(message);
    } else if (message.type === "sentence") {
      take.sentences.push(message);
      this._tell.sentence(message);
    } else if (message.type === "words") {
      take.words.push(message);
      this._tell.words(message);
    } else if (message.type === "sentence_end") this._tell.sentenceEnd(message);
    else if (message.type === "turn_done") take.isWhole = message.reason === "complete";
    else if (message.type === "error") {
      this._tell.error(message.msg);
      this._tell.sentenceFailed({ index: message.index, chars: take.spans.get(message.index) });
    }
  }

  _keep(samples) {
    this._take.recording.add(samples);
    this._tell.samples(samples, this._player.rateHz);
  }

  _enter(state, reason) {
    if (state === "idle") this._feeder?.stop();
    this._tell.state(state, reason);
  }
}
