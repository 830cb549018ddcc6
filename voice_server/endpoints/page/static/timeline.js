/**
 * The sentences of a turn and their words, by play position.
 *
 * Offsets count code points of the text as typed, as on the wire; `Offsets` converts them to UTF-16.
 */

/** Converts offsets in a growing text from code points to UTF-16 units. */
export class Offsets {
  constructor() {
    this._length = 0;
    this._wide = []; // the code points that have two units
  }

  add(text) {
    for (const char of text) {
      if (char.length > 1) this._wide.push(this._length);
      this._length += 1;
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

/** The sentences of one turn in the order in which they are heard. */
export class Timeline {
  constructor() {
    this._sentences = [];
  }

  addSentence({ index, chars, at_ms }) {
    this._sentences.push({ index, from: chars[0], to: chars[1], atMs: at_ms, audioMs: null, words: [] });
  }

  addWords({ index, words }) {
    this._of(index)?.words.push(...words);
  }

  endSentence({ index, audio_ms }) {
    const ended = this._of(index);
    if (ended) ended.audioMs = audio_ms;
  }

  /** The code point up to which a listener at this position has heard; a word that has begun counts. */
  heardUntil(playedMs) {
    let offset = 0;
    for (const each of this._sentences) {
      const intoMs = playedMs - each.atMs;
      if (intoMs <= 0) break;
      if (each.audioMs !== null && intoMs >= each.audioMs) offset = each.to;
      else offset = Math.max(offset, heardWithin(each, intoMs));
    }
    return offset;
  }

  _of(index) {
    return this._sentences.findLast((each) => each.index === index);
  }
}

function heardWithin({ from, to, audioMs, words }, intoMs) {
  if (words.length > 0) {
    const begun = words.findLast(([, startMs]) => startMs <= intoMs);
    return begun ? begun[4] : from;
  }
  return audioMs === null ? from : from + Math.floor(((to - from) * intoMs) / audioMs);
}
