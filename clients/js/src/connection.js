/** Keeps a stream to the server: hands its events on, and connects again when it is lost while it is needed. */

import { StreamRefused, VoiceServerError } from "./errors.js";

const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 4000;
const MOST_KEPT_S = 60; // a server keeps no session longer
const FINAL_CODES = ["unauthorized", "config", "wire", "no_websocket"];

export class Connection {
  /**
   * `open(keepS)` makes a stream, whose session the server is asked to keep so long; `isNeeded()` says whether somebody waits for one; `owner` is told of events, and how
   * it went: `received(event)`, `opened(isAgain)`, `isConnecting()`, `wentOn()` (the same session over another connection),
   * `isAsleep()` and `isGone(error)`.
   */
  constructor({ open, isNeeded, reconnectMs, owner }) {
    this._open = open;
    this._isNeeded = isNeeded;
    this._reconnectMs = reconnectMs;
    this._keepS = Math.min(MOST_KEPT_S, reconnectMs / 1000);
    this._owner = owner;
    this._stream = null; // null while there is no connection
    this._attempt = 0; // counts attempts to connect; what comes of an older one is dropped
    this._isReconnecting = false;
    this._lostAt = null; // since when nothing was gained, after the connection was lost
  }

  get stream() {
    return this._stream;
  }

  get isOpen() {
    return this._stream !== null && this._stream.isOpen;
  }

  /** Connect, and give up the connection that there is; resolves with `ready`. */
  async connect() {
    this.close();
    const attempt = this._attempt;
    const stream = await this._open(this._keepS);
    if (attempt === this._attempt) this._use(stream, false);
    else stream.close(); // another connection was asked for meanwhile
    return stream.ready;
  }

  close() {
    this._attempt += 1;
    this._stream?.close();
    this._stream = null;
    this._isReconnecting = false;
    this._lostAt = null;
  }

  /** Something was gained: from now on the next loss has all the time again. */
  hasProgressed() {
    this._lostAt = null;
  }

  /** Connect again until it succeeds, time is up, or nobody needs it. */
  async reconnect() {
    if (this._isReconnecting) return;
    this._isReconnecting = true;
    this._lostAt ??= performance.now();
    this._owner.isConnecting();
    const attempt = ++this._attempt;
    let waitMs = FIRST_RETRY_MS;
    while (attempt === this._attempt && this._isNeeded()) {
      const [stream, error] = await settled(this._open(this._keepS));
      if (attempt !== this._attempt) {
        stream?.close();
        return;
      }
      const isLate = performance.now() - this._lostAt + waitMs > this._reconnectMs;
      if (stream || isLate || !isWorthRetrying(error)) {
        this._isReconnecting = false;
        if (stream) this._use(stream, true);
        else this._giveUp(error);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      waitMs = Math.min(2 * waitMs, LONGEST_RETRY_MS);
    }
    if (attempt !== this._attempt) return;
    this._isReconnecting = false;
    this._owner.isAsleep();
  }

  _use(stream, isAgain) {
    this._stream = stream;
    this._read(stream);
    this._owner.opened(isAgain);
  }

  async _read(stream) {
    let reason = null;
    try {
      for await (const event of stream) if (stream === this._stream) this._take(event);
    } catch (error) {
      if (!(error instanceof VoiceServerError)) throw error;
      reason = error;
    }
    if (stream === this._stream) this._lost(reason);
  }

  _take(event) {
    if (event.type === "lost") {
      this._lostAt ??= performance.now();
      this._owner.isConnecting();
    } else if (event.type === "ready") {
      this._owner.wentOn();
    } else {
      this._owner.received(event);
    }
  }

  _lost(reason) {
    this._stream = null;
    if (!this._isNeeded()) this._owner.isAsleep();
    else if (isWorthRetrying(reason)) this.reconnect();
    else this._giveUp(reason);
  }

  _giveUp(error) {
    this._lostAt = null;
    this._owner.isGone(error ?? new VoiceServerError("the server closed the connection", "stream_closed"));
  }
}

/** Whether a new connection may succeed where this error ended one: not where something wrong was asked for. */
function isWorthRetrying(error) {
  return !(error instanceof StreamRefused) && !FINAL_CODES.includes(error?.code);
}

/** What a promise resolves with, or its error. */
async function settled(promise) {
  try {
    return [await promise, null];
  } catch (error) {
    return [null, error];
  }
}
