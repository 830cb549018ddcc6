/** Every error that the package raises on purpose: a stable `code` and one sentence. */

export class VoiceServerError extends Error {
  constructor(message, code) {
    super(message);
    this.name = this.constructor.name;
    this.code = code;
  }
}

/** Nothing that speaks this protocol answers at the address, or not for us. */
export class NoServer extends VoiceServerError {
  constructor(message, code = "no_server") {
    super(message, code);
  }
}

/** The server closed the connection before it was done; `closeCode` is the WebSocket's. */
export class StreamClosed extends VoiceServerError {
  constructor(message, closeCode, code = "stream_closed") {
    super(message, code);
    this.closeCode = closeCode;
  }
}

/** The server closed the connection because what it was asked for is wrong, such as an unknown voice. */
export class StreamRefused extends StreamClosed {}

/** A message of the server as a sentence: it begins in lower case there, for programs that prefix it. */
export function sentence(message) {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
