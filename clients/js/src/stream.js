/**
 * One connection to `/stream-tokens`, version 2: messages out, typed events in.
 *
 * Events are the server's messages, unchanged, and `audio` with the samples, the turn and the sentence that they
 * belong to. They are taken from the socket as they come, whether somebody iterates or not. Nothing reconnects by
 * itself: that is connection.js.
 */

import { shown, streamUrl, subprotocols, whyUnreachable } from "./address.js";
import { NoServer, StreamClosed, StreamRefused, VoiceServerError } from "./errors.js";

const PCM = "pcm_s16le";
const TAG_BYTES = 16;
const IS_FIRST = 1;
const OPEN_WITHIN_MS = 10_000;
const PING_EVERY_MS = 60_000; // the server closes a connection without messages after five minutes
const NORMAL = 1000;
const ABNORMAL_CLOSURE = 1006;
const POLICY_VIOLATION = 1008;
const CLOSE_REASONS = {
  1001: "it is going away",
  1006: "the connection was lost",
  1009: "a message was too large",
  1011: "something went wrong in the server",
  1012: "it is restarting",
  1013: "it is busy; try again later",
};

/**
 * Connect; resolves with a Stream once the server has said `ready`.
 *
 * `config` is the protocol's: voice, backend, lang, opts, timestamps, markup … Rejects with NoServer when nobody
 * answers there, and with StreamRefused when the server does not do what `config` says.
 */
export async function connect(address, { token, WebSocket = globalThis.WebSocket, ...config } = {}) {
  if (WebSocket === undefined) {
    throw new VoiceServerError(
      "this Node has no WebSocket of its own: use Node 22, start it with --experimental-websocket, " +
        "or pass the class of the package ws as the option WebSocket",
      "no_websocket",
    );
  }
  const url = streamUrl(address);
  const socket = new WebSocket(url, subprotocols(token));
  socket.binaryType = "arraybuffer";
  const stream = new Stream(socket);
  await stream._opened(url, token, config);
  return stream;
}

export class Stream {
  /** Programs call `connect`, which makes one. */
  constructor(socket) {
    this.ready = null; // the server's `ready` message
    this._socket = socket;
    this._events = []; // what came and was not taken yet
    this._wake = () => {};
    this._end = null; // {error}, once nothing more will come; the error is null where the end was asked for
    this._lastError = null; // the server's last message of an error that ends the connection
    this._turn = null; // the turn that received frames belong to
    this._isPcm = true; // whether they are int16 samples
    this._pinging = null;
  }

  get isOpen() {
    return this._end === null && this.ready !== null;
  }

  /** Send a message of the protocol, such as a configuration: `{ voice: "af_heart" }`. */
  send(message) {
    if (!this.isOpen) throw this._end?.error ?? new StreamClosed("the connection was closed", NORMAL);
    this._write(message);
  }

  /** Append text to the turn, joined verbatim to what came before; `turn` names it. */
  sendText(text, turn) {
    this.send({ token: text, turn });
  }

  /** Speak what is buffered now; the turn stays open. `flushed` answers. */
  flush(id) {
    this.send({ flush: true, id });
  }

  /** End the turn; the connection stays open for the next one. `turn_done` answers. */
  endTurn(turn) {
    this.send({ end: true, turn });
  }

  /** Announce that no more text will come: the server speaks the rest and closes, which ends the iteration. */
  done() {
    this.send({ done: true });
  }

  /** Barge in. `cancelled` answers, with the text that was heard if the play position is given. */
  cancel({ playedMs, turn } = {}) {
    this.send({ cancel: true, played_ms: playedMs, turn });
  }

  /** Stop sending and rendering ahead. */
  pause() {
    this.send({ pause: true });
  }

  /** Go on after a pause. */
  resume() {
    this.send({ resume: true });
  }

  /** Report the play position within the turn. */
  played(playedMs, turn) {
    this.send({ played_ms: playedMs, turn });
  }

  /** Close at once: messages still on their way are dropped, and the server stops speaking. */
  close() {
    this._finish(null);
    this._socket.close();
  }

  /** The events in order. Ends when the connection was closed normally; any other end throws StreamClosed. */
  async *[Symbol.asyncIterator]() {
    while (true) {
      while (this._events.length > 0) yield this._events.shift();
      if (this._end?.error) throw this._end.error;
      if (this._end) return;
      await new Promise((resolve) => (this._wake = resolve));
    }
  }

  /** Wait for `ready`; rejects with an error that says why it did not come. */
  async _opened(url, token, config) {
    const socket = this._socket;
    let timer;
    const end = await new Promise((resolve) => {
      timer = setTimeout(() => resolve("late"), OPEN_WITHIN_MS);
      socket.onerror = () => resolve(ABNORMAL_CLOSURE); // Node 20 sends no close event behind it
      socket.onclose = ({ code }) => resolve(code);
      socket.onopen = () => this._write({ v: 2, format: {}, ...config });
      socket.onmessage = ({ data }) => {
        this._take(data);
        if (this.ready || this._end) resolve("answered");
      };
    });
    clearTimeout(timer);
    if (this.ready) {
      this._open();
      return;
    }
    const error = this._end?.error ?? (await this._refusal(end, url, token));
    this.close();
    throw error;
  }

  _open() {
    this._pinging = setInterval(() => this.send({ ping: 0 }), PING_EVERY_MS);
    this._pinging.unref?.(); // in Node it keeps no program alive
    this._socket.onmessage = ({ data }) => this._take(data);
    this._socket.onerror = () => this._closed(ABNORMAL_CLOSURE, "");
    this._socket.onclose = ({ code, reason }) => this._closed(code, reason);
  }

  async _refusal(end, url, token) {
    if (end === "late") return new NoServer(`no answer from ${shown(url)} within ${OPEN_WITHIN_MS / 1000} s`);
    if (end === ABNORMAL_CLOSURE && !this._lastError) return whyUnreachable(url, token);
    return this._closedError(end, "");
  }

  _write(message) {
    const { format } = message;
    if (format) this._isPcm = (format.encoding ?? PCM) === PCM;
    const tagged = format ? { ...message, format: { ...format, frames: "tagged" } } : message;
    this._socket.send(JSON.stringify(tagged));
  }

  _take(data) {
    const event = typeof data === "string" ? parsed(data) : this._audio(data);
    if (event === null) {
      const what = "the server sent what no server of this protocol sends; is it a voice-server?";
      this._finish(new VoiceServerError(what, "wire"));
      this._socket.close();
    } else if (event.type === "ready") {
      this.ready = event;
    } else {
      if (event.type === "error" && event.fatal !== false) this._lastError = event;
      else if (event.type === "sentence") this._turn = event.turn; // it comes just before its first frame
      this._add(event);
    }
  }

  _audio(data) {
    if (data.byteLength < TAG_BYTES) return null;
    const [, index, sequence, flags] = new Uint32Array(data, 0, TAG_BYTES / 4);
    const about = { turn: this._turn, index, sequence, isFirst: (flags & IS_FIRST) !== 0 };
    const samples = this._isPcm ? new Int16Array(data, TAG_BYTES) : null;
    return { type: "audio", ...about, samples, bytes: new Uint8Array(data, TAG_BYTES) };
  }

  _add(event) {
    if (this._end) return;
    this._events.push(event);
    this._wake();
  }

  _closed(code, reason) {
    if (this._end === null) this._finish(code === NORMAL ? null : this._closedError(code, reason));
  }

  _closedError(code, reason) {
    const Kind = code === POLICY_VIOLATION ? StreamRefused : StreamClosed;
    if (this._lastError) return new Kind(this._lastError.msg, code, this._lastError.code);
    const why = reason || (CLOSE_REASONS[code] ?? "it gave no reason");
    return new Kind(`the server closed the connection (${code}): ${why}`, code);
  }

  _finish(error) {
    this._end ??= { error };
    clearInterval(this._pinging);
    this._wake();
  }
}

/** A JSON object of a text message; null for anything else. */
function parsed(text) {
  try {
    const message = JSON.parse(text);
    return typeof message === "object" ? message : null;
  } catch {
    return null;
  }
}
