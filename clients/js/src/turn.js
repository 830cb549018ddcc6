/**
 * One turn of a conversation: its text, and what the server said about it.
 *
 * A turn outlives a connection. What a new connection is asked for begins behind the last whole sentence that came,
 * so the server's offsets, indices and times count from there: `localized` puts them into the turn's own.
 */

import { Offsets, Timeline } from "./timeline.js";

const MOST_CHARS = 8000; // in a message, of which the server takes 64 KiB

export class Turn {
  /** `changed` is called when there is more to send. */
  constructor(name, config, changed) {
    this.name = name;
    this.text = ""; // all that was written
    this.timeline = new Timeline();
    this.isEnded = false; // no more will be written
    this.doneReason = null; // why the server sends no more of it
    this.waiting = []; // audio that came while an earlier turn was being heard
    this.finished = new Promise((resolve) => (this._resolve = resolve));
    this._config = config;
    this._changed = changed;
    this._result = null;
    this._offsets = new Offsets();
    this._origin = { codePoint: 0, index: 0, samples: 0, ms: 0 }; // where what the connection was sent begins
    this._last = this._origin; // the end of the last whole sentence
    this._sent = 0; // UTF-16 units of the text that this connection has
    this._endWasSent = false;
    this._isConfigured = false; // whether this connection has been sent the configuration
    this._samples = 0; // of audio received
    this._nextWord = 0;
    this._nextSentence = 0;
  }

  /** Add text, joined verbatim to what came before. Has no effect once the turn is over. */
  write(text) {
    if (this.isEnded || this._result) return;
    this.text += text;
    this._offsets.add(text);
    this._changed();
  }

  /** Add the last text, if any: the turn is spoken to its end. */
  end(text = "") {
    if (this.isEnded || this._result) return;
    this.text += text;
    this._offsets.add(text);
    this.isEnded = true;
    this._changed();
  }

  /** Every word that is known so far: {text, startMs, endMs, from, to, index}, times from the turn's start. */
  get words() {
    return this.timeline.words.map((word) => this._inText(word));
  }

  /** The text, split at a play position into what was heard and what was not. */
  splitAt(playedMs) {
    const at = this._offsets.toUtf16(this.timeline.heardUntil(playedMs));
    return { heard: this.text.slice(0, at), unheard: this.text.slice(at) };
  }

  /** What the connection has to be sent next, as a message; null where it has everything. */
  takeMessage(rateHz) {
    const token = this.text.slice(this._sent, this._sent + MOST_CHARS);
    const isLast = this._sent + token.length === this.text.length;
    const endsNow = this.isEnded && isLast && !this._endWasSent;
    if (token === "" && !endsNow) return null;
    const format = { encoding: "pcm_s16le", rate: rateHz };
    const config = this._isConfigured ? {} : { ...this._config, format };
    this._isConfigured = true;
    this._sent += token.length;
    this._endWasSent ||= endsNow;
    return { ...config, turn: this.name, token, ...(endsNow && { end: true }) };
  }

  /** A message of the server with offsets, indices and times of the whole turn. */
  localized(message) {
    const { codePoint, index, ms } = this._origin;
    const here = { ...message };
    if (message.index !== undefined) here.index += index;
    if (message.at_ms !== undefined) here.at_ms += ms;
    if (message.chars) here.chars = message.chars.map((offset) => offset + codePoint);
    if (message.words) {
      here.words = message.words.map(([text, start, end, from, to]) => [
        text,
        start,
        end,
        from + codePoint,
        to + codePoint,
      ]);
    }
    return here;
  }

  /** Note audio that came. */
  addAudio(samples) {
    this._samples += samples.length;
  }

  /** Note a message, localized; `rateHz` is that of the audio. */
  note(message, rateHz) {
    if (message.type === "sentence") this.timeline.addSentence(message);
    else if (message.type === "words") this.timeline.addWords(message);
    else if (message.type === "sentence_end") {
      this.timeline.endSentence(message);
      const ended = this.timeline.sentences.findLast(({ index }) => index === message.index);
      if (ended) this._keepUntil(ended.to, message.index + 1, rateHz);
    }
  }

  /** What was received up to here need not be asked for again. */
  _keepUntil(codePoint, index, rateHz) {
    this._last = { codePoint, index, samples: this._samples, ms: (this._samples / rateHz) * 1000 };
  }

  /**
   * Note that the connection has spoken what it took of the turn, so many sentences of so many characters, and
   * sends no more of it; returns whether that is the whole turn. It is not where the server went down.
   */
  noteDone({ characters, sentences }, rateHz) {
    const codePoint = this._origin.codePoint + characters;
    this._keepUntil(codePoint, this._origin.index + sentences, rateHz);
    return this._endWasSent && codePoint >= this._offsets.codePoints;
  }

  /** The samples up to the end of the last whole sentence. */
  get wholeSamples() {
    return this._last.samples;
  }

  /** Prepare for a new connection, behind the last whole sentence; `dropsPart` says that audio behind it is dropped. */
  startAgain({ dropsPart, rateHz }) {
    const { codePoint, index } = this._last;
    if (dropsPart) {
      this._samples = this._last.samples;
      this.waiting = firstSamples(this.waiting, this._samples);
    }
    this.timeline.forgetFrom(index);
    this._nextWord = Math.min(this._nextWord, this.timeline.words.length);
    this._nextSentence = Math.min(this._nextSentence, this.timeline.sentences.length);
    this._origin = { codePoint, index, samples: this._samples, ms: (this._samples / rateHz) * 1000 };
    this._last = this._origin;
    this._sent = this._offsets.toUtf16(codePoint);
    this._endWasSent = false;
    this._isConfigured = false;
  }

  /** The words and sentences that have begun since the last call, with offsets into `text`. */
  takeBegun(playedMs) {
    const { words, sentences } = this.timeline;
    const begun = { words: [], captions: [] };
    while (this._nextWord < words.length && words[this._nextWord].startMs <= playedMs) {
      begun.words.push(this._inText(words[this._nextWord++]));
    }
    while (this._nextSentence < sentences.length && sentences[this._nextSentence].atMs <= playedMs) {
      begun.captions.push(this._caption(sentences[this._nextSentence++]));
    }
    return begun;
  }

  _caption({ index, text, from, to, atMs, audioMs }) {
    return this._inText({ index, text, startMs: atMs, endMs: audioMs === null ? null : atMs + audioMs, from, to });
  }

  _inText(place) {
    return { ...place, from: this._offsets.toUtf16(place.from), to: this._offsets.toUtf16(place.to) };
  }

  /** Settle `finished`, once. */
  finish(reason, split, error = null) {
    if (this._result) return;
    this._result = { reason, ...split, error };
    this._resolve(this._result);
  }
}

/** The first `count` samples of chunks that hold as many, or all. */
function firstSamples(chunks, count) {
  const kept = [];
  for (const chunk of chunks) {
    if (count <= 0) break;
    kept.push(chunk.subarray(0, count));
    count -= chunk.length;
  }
  return kept;
}
