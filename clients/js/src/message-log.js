/** The messages that one end of a session has sent, as far as they may have to be sent again. */

export class MessageLog {
  /** The last `mostChars` of the messages, and at least the last message, are kept. */
  constructor(mostChars) {
    this._mostChars = mostChars;
    this._messages = [];
    this._forgotten = 0; // how many were sent before those that are kept
    this._chars = 0;
  }

  add(message) {
    this._messages.push(message);
    this._chars += message.length;
    while (this._chars > this._mostChars && this._messages.length > 1) {
      this._chars -= this._messages.shift().length;
      this._forgotten += 1;
    }
  }

  /** The messages behind the first `count`; null where some of them were forgotten. */
  after(count) {
    return count < this._forgotten ? null : this._messages.slice(count - this._forgotten);
  }
}
