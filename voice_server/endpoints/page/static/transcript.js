/**
 * The text as it is spoken: grey until heard, highlighted word by word, marked after a barge-in.
 *
 * Sentences come in order, and each is cut off the rest of the text. Words stay elements, so that each can be
 * clicked; in a text of more words than `MOST_WORDS` only those of the current sentence are, so that a book needs
 * few. Marks of Markdown are left out.
 */

import { Offsets } from "./client/index.js";
import { marksIn, withoutMarks } from "./markup.js";

const MOST_WORDS = 4000;

export class Transcript {
  constructor(element) {
    this._element = element;
    this.reset();
  }

  /** Forget everything; `isSsml` says whether the next text is SSML. */
  reset({ isSsml = false } = {}) {
    this._isSsml = isSsml;
    this._text = "";
    this._offsets = new Offsets();
    this._tail = document.createTextNode(""); // the text behind the last sentence
    this._tailAt = 0; // its UTF-16 position
    this._sentences = [];
    this._marks = []; // words by time: {startMs, endMs, element}
    this._nextSentence = 0;
    this._nextMark = 0;
    this._times = new WeakMap(); // where a sentence's or a word's element begins, in milliseconds
    this._element.replaceChildren(this._tail);
    this._element.scrollTop = 0;
  }

  /** Show a take from its beginning. */
  show({ text, sentences, words, request }) {
    this.reset({ isSsml: request.ssml });
    this.write(text);
    for (const sentence of sentences) this.addSentence(sentence);
    for (const message of words) this.addWords(message);
  }

  write(text) {
    this._text += text;
    this._offsets.add(text);
    this._tail.data = this._shown(this._tailAt, this._text.length);
  }

  /** A sentence begins `at_ms`; `chars` are its offsets. */
  addSentence({ index, chars, at_ms }) {
    const [from, to] = this._span(chars);
    const element = this._cut("sentence", from, to);
    if (!element) return;
    const marks = marksIn(this._text, from, to, this._isSsml);
    this._sentences.push({ index, element, to, atMs: at_ms, cutTo: from, marks });
    this._times.set(element, at_ms);
  }

  /** The words of a sentence: [word, start_ms, end_ms, from, to], times from the sentence's start. */
  addWords({ index, words }) {
    const sentence = this._sentences.findLast((each) => each.index === index);
    if (!sentence) return;
    const { marks, atMs } = sentence;
    const rest = sentence.element.lastChild; // the text behind the last word
    for (const [, startMs, endMs, ...chars] of words) {
      const [from, to] = this._span(chars);
      if (from < sentence.cutTo || to > sentence.to) continue;
      const element = piece("word", withoutMarks(this._text, from, to, marks));
      sentence.element.insertBefore(piece("gap", withoutMarks(this._text, sentence.cutTo, from, marks)), rest);
      sentence.element.insertBefore(element, rest);
      sentence.cutTo = to;
      this._marks.push({ startMs: atMs + startMs, endMs: atMs + endMs, element });
      this._times.set(element, atMs + startMs);
    }
    rest.data = withoutMarks(this._text, sentence.cutTo, sentence.to, marks);
  }

  /** A sentence could not be spoken, or not to its end. */
  fail({ index, chars }) {
    const begun = this._sentences.find((each) => each.index === index);
    const element = begun ? begun.element : chars && this._cut("sentence", ...this._span(chars));
    element?.classList.add("failed");
  }

  /** Highlight the word at a play position, which only grows. */
  moveTo(playedMs) {
    while (this._nextSentence < this._sentences.length && this._sentences[this._nextSentence].atMs <= playedMs) {
      this._leaveSentence(this._nextSentence - 1);
      this._sentences[this._nextSentence].element.classList.add("now");
      this._nextSentence += 1;
    }
    let lit = null;
    while (this._nextMark < this._marks.length && this._marks[this._nextMark].startMs <= playedMs) {
      this._leaveWord();
      const { element } = this._marks[this._nextMark++];
      if (!element.isConnected) continue; // its sentence has ended
      element.classList.add("now");
      lit = element;
    }
    if (lit) this._scrollTo(lit);
    if (this._nextMark > 0 && this._marks[this._nextMark - 1].endMs <= playedMs) this._leaveWord();
  }

  /** Show that everything was spoken. */
  finish() {
    this._leaveWord();
    this._leaveSentence(this._nextSentence - 1);
  }

  /** Show, after a barge-in, what was heard and what was not. */
  split({ heard, unheard }) {
    this._element.replaceChildren(
      piece("heard", this._shown(0, heard.length)),
      piece("unheard", this._shown(heard.length, heard.length + unheard.length)),
    );
  }

  /** When the word or sentence at an element begins to be heard, in milliseconds; undefined where there is none. */
  timeAt(element) {
    return this._times.get(element.closest(".word")) ?? this._times.get(element.closest(".sentence"));
  }

  /** Cut a sentence off the rest of the text; null if it was cut off before. */
  _cut(className, from, to) {
    if (from < this._tailAt) return null;
    const element = piece(className, this._shown(from, to));
    this._element.insertBefore(document.createTextNode(this._shown(this._tailAt, from)), this._tail);
    this._element.insertBefore(element, this._tail);
    this._tail.data = this._shown(to, this._text.length);
    this._tailAt = to;
    return element;
  }

  _shown(from, to) {
    return withoutMarks(this._text, from, to, marksIn(this._text, from, to, this._isSsml));
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
    if (this._marks.length > MOST_WORDS) left.element.replaceChildren(document.createTextNode(left.element.textContent));
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
