/** Offsets and the timeline: which text was heard at a play position. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Offsets, Timeline } from "../src/index.js";

const SENTENCE = { index: 0, text: "One two.", chars: [0, 8], at_ms: 0 };
const WORDS = {
  index: 0,
  words: [
    ["One", 0, 300, 0, 3],
    ["two", 400, 700, 4, 7],
  ],
};

test("offsets lead behind characters of two units, however the text is cut", () => {
  const text = "a😀b😀c";
  for (let at = 0; at <= text.length; at++) {
    const offsets = new Offsets();
    offsets.add(text.slice(0, at));
    offsets.add(text.slice(at));
    assert.equal(offsets.codePoints, 5);
    assert.deepEqual([0, 1, 2, 3, 4, 5].map((each) => offsets.toUtf16(each)), [0, 1, 3, 4, 6, 7]);
  }
});

test("halves that do not meet are characters of their own", () => {
  const offsets = new Offsets();
  offsets.add("\ud83d");
  offsets.add("x\ude00");
  assert.equal(offsets.codePoints, 3);
  assert.equal(offsets.toUtf16(3), 3);
});

test("a word is heard once it has begun, a sentence with its last sample", () => {
  const timeline = new Timeline();
  timeline.addSentence(SENTENCE);
  timeline.addWords(WORDS);
  assert.deepEqual([0, 1, 399, 400, 5000].map((ms) => timeline.heardUntil(ms)), [0, 3, 3, 7, 7]);
  timeline.endSentence({ index: 0, audio_ms: 900 });
  assert.deepEqual([899, 900].map((ms) => timeline.heardUntil(ms)), [7, 8]);
});

test("without words it is in proportion to the sentence's audio", () => {
  const timeline = new Timeline();
  timeline.addSentence({ ...SENTENCE, at_ms: 1000 });
  assert.equal(timeline.heardUntil(1500), 0);
  timeline.endSentence({ index: 0, audio_ms: 1000 });
  assert.deepEqual([1000, 1500, 2000].map((ms) => timeline.heardUntil(ms)), [0, 4, 8]);
});

test("words have their times from the turn's start", () => {
  const timeline = new Timeline();
  timeline.addSentence({ ...SENTENCE, at_ms: 1000 });
  timeline.addWords(WORDS);
  assert.deepEqual(timeline.words.map(({ startMs, endMs }) => [startMs, endMs]), [[1000, 1300], [1400, 1700]]);
});
