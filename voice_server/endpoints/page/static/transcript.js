/**
 * The text as it is spoken: grey until heard, highlighted word by word, marked after a barge-in.
 *
 * Sentences come in order, and each is cut off the rest of the text. Only the current sentence is divided into
 * words, so that a book needs few elements.
 */

import { Offsets } from "./client/index.js";

export class Transcript {
  constructor(element) {
    this._element = element;
    this.reset();
  }

  reset() {
    this._text = "";
    this._offsets = new Offsets();
    this._tail = document.createTextNode(""); // the text behind the last sentence
    this._tailAt = 0; // its UTF-16 position
    this._sentences = [];
    this._marks = []; // words by time: {startMs, endMs, element}
    this._nextSentence = 0;
    this._nextMark = 0;
    this._element.replaceChildren(this._tail);
    this._element.scrollTop = 0;
  }

  write(text) {
    this._text += text;
    this._offsets.add(text);
    this._tail.appendData(text);
  }

  /** A sentence begins `at_ms`; `chars` are its offsets. */
  addSentence({ index, chars, at_ms }) {
    const [from, to] = this._span(chars);
    const element = this._cut("sentence", from, to);
    if (element) this._sentences.push({ index, element, to, atMs: at_ms, cutTo: from });
  }

  /** The words of a sentence: [word, start_ms, end_ms, from, to], times from the sentence's start. */
  addWords({ index, words }) {
    const sentence = this._sentences.findLast((each) => each.index === index);
    if (!sentence) return;
    const rest = sentence.element.lastChild; // the text behind the last word
    for (const [, startMs, endMs, ...chars] of words) {
      const [from, to] = this._span(chars);
      if (from < sentence.cutTo || to > sentence.to) continue;
      const element = piece("word", this._text.slice(from, to));
      sentence.element.insertBefore(piece("gap", this._text.slice(sentence.cutTo, from)), rest);
      sentence.element.insertBefore(element, rest);
      sentence.cutTo = to;
      this._marks.push({ startMs: sentence.atMs + startMs, endMs: sentence.atMs + endMs, element });
    }
    rest.data = this._text.slice(sentence.cutTo, sentence.to);
  }

  /** A sentence could not be spoken, or not to its end. */
  fail({ index, chars }) {
    const begun = this._sentences.find((each) => each.index === index);
    const element = begun ? begun.element : chars && this._cut("sentence", ...this._span(chars));
    element?.classList.add("failed");
  }

  /** Highlight the word at a play position. */
  moveTo(playedMs) {
    while (this._nextSentence < this._sentences.length && this._sentences[this._nextSentence].atMs <= playedMs) {
      this._leaveSentence(this._nextSentence - 1);
      this._sentences[this._nextSentence].element.classList.add("now");
      this._nextSentence += 1;
    }
    while (this._nextMark < this._marks.length && this._marks[this._nextMark].startMs <= playedMs) {
      this._leaveWord();
      const { element } = this._marks[this._nextMark++];
      if (!element.isConnected) continue; // its sentence has ended
      element.classList.add("now");
      this._scrollTo(element);
    }
    if (this._nextMark > 0 && this._marks[this._nextMark - 1].endMs <= playedMs) this._leaveWord();
  }

  /** Show that everything was spoken. */
  finish() {
    this._leaveWord();
    this._leaveSentence(this._nextSentence - 1);
  }

  /** Show, after a barge-in, what was heard and what was not. */
  split({ heard, unheard }) {
    this._element.replaceChildren(piece("heard", heard), piece("unheard", unheard));
  }

  /** Cut a sentence off the rest of the text; null if it was cut off before. */
  _cut(className, from, to) {
    if (from < this._tailAt) return null;
    const element = piece(className, this._text.slice(from, to));
    this._element.insertBefore(document.createTextNode(this._text.slice(this._tailAt, from)), this._tail);
    this._element.insertBefore(element, this._tail);
    this._tail.data = this._text.slice(to);
    this._tailAt = to;
    return element;
  }

  _span(chars) {
    return chars.map((codePoint) => this._offsets.toUtf16(codePoint));
  }

  _leaveWord() {
    const element = this._marks[this._nextMark - 1]?.element;
    element?.classList.replace("now", "said");
  }

  _leaveSentence(position) {
    const left = this._sentences[position];
    if (!left) return;
    left.element.classList.replace("now", "said");
    left.element.replaceChildren(document.createTextNode(left.element.textContent));
  }

  _scrollTo(element) {
    const box = this._element;
    const top = element.offsetTop - box.offsetTop;
    const bottom = top + element.offsetHeight;
    if (top < box.scrollTop || bottom > box.scrollTop + box.clientHeight) {
      box.scrollTop = top - box.clientHeight / 3;
    }
  }
}

function piece(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.append(document.createTextNode(text));
  return element;
}
