/**
 * One WebSocket to `/stream-tokens`, version 2, with tagged frames.
 *
 * Encodes and decodes messages and does not interpret them. A connection is opened for one backend, because the
 * backend's voices and options are sent only once, in `ready`.
 */

import { failure, sentence, socketProtocols } from "./access.js";

const TAG_BYTES = 16;
const PING_EVERY_MS = 60_000; // the server closes a connection without messages after five minutes

const CLOSING_SENTENCES = {
  1008: "The server refused this connection.",
  1009: "The server refused a message because it was too large.",
  1011: "Something went wrong in the server.",
  1012: "The server is restarting; speak again in a moment.",
  1013: "The server is busy; try again in a moment.",
};

export class Connection {
  constructor({ onMessage, onFrame, onClose }) {
    this._onMessage = onMessage;
    this._onFrame = onFrame;
    this._onClose = onClose;
    this._socket = null;
    this._turn = null; // the turn that received frames belong to
  }

  /** Connect; resolves with the `ready` message, rejects with an Error with a message for the user. */
  open(config) {
    const url = new URL("stream-tokens", document.baseURI);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url, socketProtocols());
    socket.binaryType = "arraybuffer";
    this._socket = socket;
    return new Promise((resolve, reject) => {
      const opening = { resolve, reject, refusal: null };
      socket.onopen = () => this.send({ v: 2, ...config });
      socket.onmessage = ({ data }) => this._take(data, opening);
      socket.onclose = ({ code }) => this._closed(code, opening);
    });
  }

  get isOpen() {
    return this._socket?.readyState === WebSocket.OPEN;
  }

  send(message) {
    if (this.isOpen) this._socket.send(JSON.stringify(message));
  }

  /** Close without calling `onClose`. */
  close() {
    clearInterval(this._pinging);
    const socket = this._socket;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  _take(data, opening) {
    if (typeof data !== "string") {
      const [, index] = new Uint32Array(data, 0, 2);
      this._onFrame({ turn: this._turn, index, samples: new Int16Array(data, TAG_BYTES) });
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "ready") {
      this._pinging = setInterval(() => this.send({ ping: 0 }), PING_EVERY_MS);
      opening.resolve(message);
      opening.reject = null;
    } else if (message.type === "error" && opening.reject) {
      opening.refusal = message.msg;
    } else {
      if (message.type === "sentence") this._turn = message.turn; // `sentence` comes just before its first frame
      this._onMessage(message);
    }
  }

  async _closed(code, { reject, refusal }) {
    clearInterval(this._pinging);
    if (reject) {
      const reason = refusal ? sentence(refusal) : CLOSING_SENTENCES[code];
      reject(reason ? new Error(reason) : await failure());
    } else {
      this._onClose(CLOSING_SENTENCES[code] ?? (code === 1000 ? "" : "The connection to the server was lost."));
    }
  }
}
