/**
 * One connection to `/stream-tokens`, version 2: messages out, typed events in.
 *
 * Events are the server's messages, unchanged, and `audio` with the samples, the turn and the sentence that they
 * belong to. They are taken from the socket as they come, whether somebody iterates or not. With `keep_s` a stream
 * comes back by itself after its connection was lost: each end says how many messages it has, and the other sends
 * those behind again. Where the session is gone, connection.js begins anew.
 */

import { shown, streamUrl, subprotocols, whyUnreachable } from "./address.js";
import { MessageLog } from "./message-log.js";
import { NoServer, StreamClosed, StreamRefused, VoiceServerError } from "./errors.js";

const PCM = "pcm_s16le";
const TAG_BYTES = 16;
const IS_FIRST = 1;
const OPEN_WITHIN_MS = 10_000;
const PING_EVERY_MS = 15_000; // the server closes a connection without messages after five minutes
const MOST_UNANSWERED = 2; // one may lie unread while the program is busy for long
const NORMAL = 1000;
const ABNORMAL_CLOSURE = 1006;
const POLICY_VIOLATION = 1008;
const RETRY_MS = 250;
const MOST_LOGGED_CHARS = 4 * 1024 * 1024; // more than lies in the buffers of a connection
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
  const stream = new Stream(() => new WebSocket(url, subprotocols(token)));
  await stream._opened(url, token, config);
  return stream;
}

export class Stream {
  /** Programs call `connect`, which makes one. */
  constructor(dial) {
    this.ready = null; // the server's `ready` message
    this._dial = dial; // begins a connection
    this._socket = this._dialled();
    this._isLost = false; // the session goes on, without a connection for now
    this._log = null; // what was sent, where the session is kept
    this._received = 0; // messages of the session
    this._events = []; // what came and was not taken yet
    this._wake = () => {};
    this._end = null; // {error}, once nothing more will come; the error is null where the end was asked for
    this._lastError = null; // the server's last message of an error that ends the connection
    this._turn = null; // the turn that received frames belong to
    this._isPcm = true; // whether they are int16 samples
    this._pinging = null;
    this._unanswered = 0; // pings since anything was received
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
    if (config.keep_s) this._log = new MessageLog(MOST_LOGGED_CHARS);
    socket.onopen = () => this._write({ v: 2, format: {}, ...config });
    const end = await answered(socket, (data) => {
      this._take(data);
      return this.ready !== null || this._end !== null;
    });
    if (this.ready) {
      if (!this.ready.keep_s) this._log = null;
      this._pinging = setInterval(() => this._ping(), PING_EVERY_MS);
      this._pinging.unref?.(); // in Node it keeps no program alive
      this._use(socket);
      return;
    }
    const error = this._end?.error ?? (await this._refusal(end, url, token));
    this.close();
    throw error;
  }

  _dialled() {
    const socket = this._dial();
    socket.binaryType = "arraybuffer";
    return socket;
  }

  _use(socket) {
    this._socket = socket;
    this._unanswered = 0;
    socket.onmessage = ({ data }) => this._take(data);
    socket.onerror = () => this._closed(ABNORMAL_CLOSURE, "");
    socket.onclose = ({ code, reason }) => this._closed(code, reason);
  }

  /** Ask for a sign of life: a network that went away ends no connection, and browsers cannot see pings. */
  _ping() {
    if (this._isLost) return;
    if (this._unanswered < MOST_UNANSWERED) {
      this._unanswered += 1;
      this._write({ ping: 0 });
      return;
    }
    detach(this._socket);
    this._socket.close();
    this._closed(ABNORMAL_CLOSURE, "");
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
    const text = JSON.stringify(tagged);
    this._log?.add(text);
    if (!this._isLost) this._socket.send(text);
  }

  _take(data) {
    this._received += 1;
    this._unanswered = 0;
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
    if (this._end !== null || this._isLost) return;
    if (code === ABNORMAL_CLOSURE && this._log) this._comeBack();
    else this._finish(code === NORMAL ? null : this._closedError(code, reason));
  }

  /** Take the session up on another connection, within the time for which the server keeps it. */
  async _comeBack() {
    this._isLost = true;
    detach(this._socket);
    this._add({ type: "lost" });
    const until = performance.now() + this.ready.keep_s * 1000;
    while (this._end === null && performance.now() < until) {
      const socket = this._dialled();
      socket.onopen = () => socket.send(JSON.stringify({ v: 2, resume: this._point }));
      await answered(socket, (data) => this._answerToResume(socket, parsed(data)));
      if (!this._isLost) return;
      detach(socket);
      socket.close();
      if (this._end === null) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    this._finish(this._closedError(ABNORMAL_CLOSURE, ""));
  }

  get _point() {
    return { session: this.ready.session, received: this._received };
  }

  /** Go on, or note that the session is gone; the next message may follow before anybody else runs. */
  _answerToResume(socket, answer) {
    const missing = answer?.type === "ready" ? this._log.after(answer.received) : null;
    if (missing === null) {
      const { msg = "the session could not be taken up again", code = "session_gone" } = answer ?? {};
      this._finish(new StreamClosed(msg, POLICY_VIOLATION, code));
    } else if (this._end === null) {
      this._use(socket);
      this._isLost = false;
      this._add(answer);
      for (const text of missing) socket.send(text);
    }
    return true;
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

/** Resolves when `take(data)` of a message is true, with how the connection ended if it did before, or with "late". */
function answered(socket, take) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve("late"), OPEN_WITHIN_MS);
    const end = (how) => {
      clearTimeout(timer);
      resolve(how);
    };
    socket.onerror = () => end(ABNORMAL_CLOSURE); // Node 20 sends no close event behind it
    socket.onclose = ({ code }) => end(code);
    socket.onmessage = ({ data }) => {
      if (take(data)) end("answered");
    };
  });
}

function detach(socket) {
  socket.onopen = socket.onmessage = socket.onclose = null;
  socket.onerror = () => {}; // the package ws throws what nobody listens to
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
