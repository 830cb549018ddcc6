/** The paced speaker and the player on it, by a clock that only the test moves. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { PacedSpeaker, Player } from "../src/index.js";

const BLOCK = 480; // samples of 20 ms

/** An open player that writes into `written`, and `wait(ms)`, which lets so much time pass. */
async function paced(context, options = {}) {
  let now = 1000;
  context.mock.method(performance, "now", () => now);
  context.mock.timers.enable({ apis: ["setInterval"] });
  const written = [];
  const player = new Player(new PacedSpeaker({ write: (samples) => written.push(...samples), ...options }));
  await player.open();
  const wait = (ms) => {
    for (let passed = 0; passed < ms; passed += 10) {
      now += 10;
      context.mock.timers.tick(10);
    }
  };
  return { player, written, wait };
}

function ramp(samples) {
  return Int16Array.from({ length: samples }, (_, place) => place + 1);
}

test("no more is written than was heard and the 40 ms ahead, and the position is what was heard", async (context) => {
  const { player, written, wait } = await paced(context);
  player.start();
  player.push(ramp(24000));
  assert.equal(written.length, 2 * BLOCK);
  wait(500);
  assert.equal(written.length, 24 * 540);
  assert.ok(player.playedMs >= 480 && player.playedMs <= 520);
  assert.deepEqual(written.slice(0, 5), [1, 2, 3, 4, 5]);
});

test("a stop is silent behind what was written and a faded block, and nothing is written any more", async (context) => {
  const { player, written, wait } = await paced(context);
  player.start();
  player.push(new Int16Array(24000).fill(1000));
  wait(200);
  const before = written.length;
  assert.ok(Math.abs(player.stop() - 200) <= 20);
  wait(1000);
  assert.equal(written.length, before + BLOCK);
  assert.equal(written.at(-1), 0);
});

test("a pause writes nothing and loses nothing", async (context) => {
  const { player, written, wait } = await paced(context);
  player.start();
  player.push(ramp(4800));
  wait(60);
  player.pause(true);
  wait(40);
  const [held, position] = [written.length, player.playedMs];
  wait(1000);
  assert.deepEqual([written.length, player.playedMs], [held, position]);
  player.pause(false);
  player.end();
  wait(1000);
  assert.deepEqual(written.slice(held + BLOCK, 4800), [...ramp(4800).slice(held + BLOCK)]);
});

test("started and drained are told once, and between stretches nothing is written", async (context) => {
  const { player, written, wait } = await paced(context);
  const told = [];
  player.onStarted = () => told.push("started");
  player.onDrained = () => told.push("drained");
  for (const stretch of [1, 2]) {
    player.start();
    wait(100);
    player.push(ramp(1000));
    player.end();
    wait(1000);
    assert.equal(written.length, stretch * 3 * BLOCK); // whole blocks
    assert.ok(player.playedMs <= 1000 / 24);
  }
  assert.deepEqual(told, ["started", "drained", "started", "drained"]);
});

test("audio that comes late is heard behind silence, which is counted", async (context) => {
  const { player, written, wait } = await paced(context);
  player.start();
  player.push(ramp(BLOCK));
  wait(200);
  player.push(ramp(BLOCK));
  player.end();
  wait(200);
  const sounding = written.filter((sample) => sample !== 0);
  assert.deepEqual(sounding, [...ramp(BLOCK), ...ramp(BLOCK)]);
  assert.ok(player.starvedMs >= 180 && player.starvedMs <= 240);
});

test("a device behind it is part of the latency, and another rate has blocks of 20 ms too", async (context) => {
  const { player, written } = await paced(context, { rateHz: 8000, deviceMs: 100, aheadMs: 20 });
  assert.deepEqual([player.rateHz, player.latencyMs], [8000, 120]);
  player.start();
  player.push(ramp(8000));
  assert.equal(written.length, 160);
});

