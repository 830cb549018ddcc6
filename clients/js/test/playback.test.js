/** The playback: every sample once and in order, cuts, fades, and what it reports. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Playback } from "../src/playback.js";

const RATE_HZ = 24000;

function playing(...chunks) {
  const told = [];
  const playback = new Playback(RATE_HZ, (message) => told.push(message));
  playback.receive({ type: "start", epoch: 1, rateHz: RATE_HZ });
  for (const chunk of chunks) playback.receive({ type: "pcm", samples: Int16Array.from(chunk) });
  return { playback, told };
}

function rendered(playback, samples) {
  const block = new Float32Array(samples);
  playback.render(block);
  return Array.from(block, (sample) => Math.round(sample * 32768));
}

test("every sample is played once and in order, across chunks and blocks", () => {
  const { playback } = playing([1, 2, 3], [4], [5, 6, 7]);
  assert.deepEqual([...rendered(playback, 2), ...rendered(playback, 6)], [1, 2, 3, 4, 5, 6, 7, 0]);
});

for (const [at, left] of [
  [0, [1, 2]],
  [2, [1, 2]],
  [3, [1, 2, 3]],
  [5, [1, 2, 3, 4, 5]],
  [9, [1, 2, 3, 4, 5, 6, 7]],
]) {
  test(`a cut at ${at} drops what lies behind it and was not played`, () => {
    const { playback } = playing([1, 2, 3], [4], [5, 6, 7]);
    const begun = rendered(playback, 2);
    playback.receive({ type: "cut", sample: at });
    playback.receive({ type: "pcm", samples: Int16Array.of(9) });
    const all = [...begun, ...rendered(playback, 8)];
    assert.deepEqual(all.slice(0, left.length + 2), [...left, 9, 0]);
  });
}

test("a stop fades over one block and is silent behind it", () => {
  const { playback } = playing(Array(100).fill(1000));
  rendered(playback, 10);
  playback.receive({ type: "stop" });
  const fading = rendered(playback, 10);
  assert.deepEqual(fading, fading.toSorted((a, b) => b - a));
  assert.equal(fading.at(-1), 0);
  assert.ok(playback.isIdle);
  assert.deepEqual(rendered(playback, 10), Array(10).fill(0));
});

test("a pause keeps what was not played", () => {
  const { playback } = playing([1, 2, 3, 4, 5, 6]);
  rendered(playback, 2);
  playback.receive({ type: "pause", paused: true });
  rendered(playback, 2); // fading
  assert.ok(playback.isIdle);
  assert.deepEqual(rendered(playback, 2), [0, 0]);
  playback.receive({ type: "pause", paused: false });
  rendered(playback, 1); // fading in
  assert.deepEqual(rendered(playback, 2), [6, 0]);
});

test("it tells when it starts, when it starves, and when all was played", () => {
  const { playback, told } = playing(Array(480).fill(1));
  rendered(playback, 480);
  rendered(playback, 480);
  assert.deepEqual(told.map(({ type }) => type), ["started", "position", "position"]);
  assert.equal(told.at(-1).starvedMs, 20);
  playback.receive({ type: "pcm", samples: new Int16Array(240) });
  playback.receive({ type: "end" });
  rendered(playback, 480);
  const [{ played, waiting }, drained] = told.slice(3);
  assert.deepEqual([played, waiting, drained.type], [720, 0, "drained"]);
  assert.ok(playback.isIdle);
});
