/**
 * The sentences of a turn and their words, by play position.
 *
 * On the wire offsets count code points of the text as typed; `Offsets` converts them to UTF-16.
 */

/** Converts offsets in a growing text from code points to UTF-16 units; a pair may come in two pieces. */
export class Offsets {
  constructor() {
    this.codePoints = 0; // the length of the text
    this._wide = []; // the code points that have two units
    this._half = false; // whether the text ends with the first half of a pair
  }

  add(text) {
    for (const char of text) {
      if (this._half && /^[\uDC00-\uDFFF]$/.test(char)) {
        this._wide.push(this.codePoints - 1);
      } else {
        if (char.length > 1) this._wide.push(this.codePoints);
        this.codePoints += 1;
      }
      this._half = /^[\uD800-\uDBFF]$/.test(char);
    }
  }

  toUtf16(codePoint) {
    let low = 0;
    let high = this._wide.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this._wide[middle] < codePoint) low = middle + 1;
      else high = middle;
    }
    return codePoint + low;
  }
}

/** The sentences of one turn in the order in which they are heard; it takes the server's messages about them. */
export class Timeline {
  constructor() {
    this.sentences = []; // {index, text, from, to, atMs, audioMs, words}; audioMs is null until it is known
    this.words = []; // {text, startMs, endMs, from, to, index}; times from the turn's start
  }

  addSentence({ index, text, chars, at_ms }) {
    this.sentences.push({ index, text, from: chars[0], to: chars[1], atMs: at_ms, audioMs: null, words: [] });
  }

  addWords({ index, words }) {
    const spoken = this._of(index);
    if (!spoken) return;
    for (const [text, startMs, endMs, from, to] of words) {
      const word = { text, startMs: spoken.atMs + startMs, endMs: spoken.atMs + endMs, from, to, index };
      spoken.words.push(word);
      this.words.push(word);
    }
  }

  endSentence({ index, audio_ms }) {
    const ended = this._of(index);
    if (ended) ended.audioMs = audio_ms;
  }

  /** Forget the sentences from this one on: they will be spoken anew. */
  forgetFrom(index) {
    this.sentences = this.sentences.filter((each) => each.index < index);
    this.words = this.words.filter((word) => word.index < index);
  }

  /** The code point up to which a listener at this position has heard; a word that has begun counts. */
  heardUntil(playedMs) {
    let offset = 0;
    for (const each of this.sentences) {
      const intoMs = playedMs - each.atMs;
      if (intoMs <= 0) break;
      if (each.audioMs !== null && intoMs >= each.audioMs) offset = each.to;
      else offset = Math.max(offset, heardWithin(each, playedMs));
    }
    return offset;
  }

  _of(index) {
    return this.sentences.findLast((each) => each.index === index);
  }
}

function heardWithin({ from, to, atMs, audioMs, words }, playedMs) {
  if (words.length > 0) return words.findLast(({ startMs }) => startMs <= playedMs)?.to ?? from;
  return audioMs === null ? from : from + Math.floor(((to - from) * (playedMs - atMs)) / audioMs);
}
