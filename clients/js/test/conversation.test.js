/** Conversations with a live server: what is heard, what is known of it, and what a lost connection costs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Conversation, StreamRefused, connect } from "../src/index.js";
import { SERVER, listening, proxied, until } from "./speaking.js";

const TEXT = "One small step. Then 😀 another one, which is longer. And here is the third of them.";

/** What the server sends any other client for a text. */
async function sentFor(text) {
  const stream = await connect(SERVER);
  stream.sendText(text);
  stream.done();
  const samples = [];
  for await (const event of stream) if (event.type === "audio") samples.push(...event.samples);
  return samples;
}

function sounding(samples) {
  return samples.filter((sample) => sample !== 0);
}

/** A WebSocket class whose connections can be watched, broken, and refused. */
function watched() {
  const network = { sockets: [], received: [], isDown: false };
  network.WebSocket = class extends WebSocket {
    constructor(url, protocols) {
      super(network.isDown ? "ws://127.0.0.1:1" : url, protocols);
      network.sockets.push(this);
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string") network.received.push(JSON.parse(data));
      });
    }
  };
  return network;
}

function answersOf(network, type) {
  return network.received.filter((message) => message.type === type);
}

test("what is heard is what the server sends, and every word and sentence is told as it is heard", async () => {
  const { conversation, samples, told } = listening();
  await conversation.open();
  const turn = conversation.say();
  for (const token of TEXT.match(/[^]{1,4}/g)) turn.write(token); // cuts the emoji in two somewhere
  turn.end();
  assert.deepEqual(await turn.finished, { reason: "complete", heard: TEXT, unheard: "", error: null });
  assert.deepEqual(sounding(samples), sounding(await sentFor(TEXT)));
  assert.deepEqual(told.captions.map(({ text }) => text), [
    "One small step.",
    "Then 😀 another one, which is longer.",
    "And here is the third of them.",
  ]);
  const spelled = told.words.map(({ from, to }) => TEXT.slice(from, to));
  assert.equal(spelled.join(" "), "One small step Then another one which is longer And here is the third of them");
  assert.deepEqual(told.words, turn.words);
  const starts = told.words.map(({ startMs }) => startMs);
  assert.deepEqual(starts, starts.toSorted((a, b) => a - b));
  assert.ok(starts.at(-1) > told.captions.at(-1).startMs);
  assert.deepEqual(told.states, ["speaking", "complete"]);
  conversation.close();
});

test("turns are heard one after the other, each to its end", async () => {
  const { conversation, samples, told } = listening();
  await conversation.open();
  const first = conversation.say();
  first.write("The first turn.");
  const second = conversation.say(); // which ends the first
  second.end("The second turn.");
  assert.equal(conversation.turn, first);
  assert.equal((await first.finished).reason, "complete");
  assert.equal(conversation.turn, second);
  assert.equal((await second.finished).reason, "complete");
  assert.equal(conversation.turn, null);
  assert.deepEqual(told.captions.map(({ text }) => text), ["The first turn.", "The second turn."]);
  const sent = [...(await sentFor("The first turn.")), ...(await sentFor("The second turn."))];
  assert.deepEqual(sounding(samples), sounding(sent));
  conversation.close();
});

test("a barge-in is silent, ends every turn, and knows what the server says was heard", async () => {
  const network = watched();
  const { conversation, samples, told } = listening({ WebSocket: network.WebSocket });
  await conversation.open();
  const turn = conversation.say();
  turn.write(TEXT.repeat(20)); // not ended: the server still waits for more of it
  const next = conversation.say();
  next.end("Nobody hears this.");
  await until(() => told.words.length >= 4);
  const stopped = conversation.bargeIn();
  assert.equal(stopped.turn, turn);
  assert.ok(stopped.heard.startsWith("One small step. Then") && stopped.playedMs > 0 && stopped.droppedMs > 0);
  assert.deepEqual(await turn.finished, {
    reason: "cancelled",
    heard: stopped.heard,
    unheard: turn.text.slice(stopped.heard.length),
    error: null,
  });
  assert.deepEqual((await next.finished).heard, "");
  await until(() => answersOf(network, "cancelled").length > 0);
  assert.equal(answersOf(network, "cancelled")[0].heard, stopped.heard);
  turn.write("Too late.");
  assert.ok(!turn.text.endsWith("late."));
  assert.equal(conversation.bargeIn(), null);

  const again = conversation.say();
  const until_now = samples.length;
  again.end("Only this.");
  assert.equal((await again.finished).heard, "Only this.");
  const heard = sounding(samples.slice(until_now + 24 * 60)); // behind what was written ahead, and the fade
  assert.deepEqual(heard.slice(-2000), sounding(await sentFor("Only this.")).slice(-2000));
  conversation.close();
});

test("a pause holds the sound and the server, and nothing is lost", async () => {
  const network = watched();
  const { conversation, samples, told } = listening({ WebSocket: network.WebSocket });
  await conversation.open();
  const turn = conversation.say();
  turn.end(TEXT);
  await until(() => told.words.length >= 2);
  conversation.pause();
  await until(() => answersOf(network, "paused").length === 1);
  assert.equal(conversation.state, "paused");
  conversation.pause(false);
  assert.equal((await turn.finished).reason, "complete");
  assert.equal(answersOf(network, "resumed").length, 1);
  assert.ok(sounding(samples).length > sounding(await sentFor(TEXT)).length - 10); // a fade may round to silence
  assert.deepEqual(told.states, ["speaking", "paused", "speaking", "complete"]);
  conversation.close();
});

test("mistakes are told in words", async () => {
  const { conversation, told } = listening();
  assert.throws(() => conversation.say(), { code: "not_open", message: /await conversation.open/ });
  assert.throws(() => new Conversation(SERVER, { voice: "en" }), { code: "config", message: /no option voice.*config/ });
  await conversation.open();
  const refused = conversation.say({ voice: "nobody" });
  refused.end("Hello.");
  const { reason, heard, unheard, error } = await refused.finished;
  assert.deepEqual([reason, heard, unheard, error.code], ["failed", "", "Hello.", "unknown_voice"]);
  assert.deepEqual(told.errors, [error]);
  const next = conversation.say({ voice: "en-us" });
  next.end("Hello again.");
  assert.equal((await next.finished).reason, "complete");
  const nothing = conversation.say();
  nothing.end();
  assert.equal((await nothing.finished).reason, "complete");
  conversation.close();
});

test("a conversation that cannot be opened says why, and what a handler throws is the program's", async (context) => {
  const nowhere = listening({}, "http://127.0.0.1:1").conversation;
  await assert.rejects(nowhere.open(), { name: "NoServer" });
  const wrong = listening({ config: { backend: "nothing" } }).conversation;
  await assert.rejects(wrong.open(), StreamRefused);

  const thrown = [];
  const { queueMicrotask } = globalThis;
  const noting = (call) => () => {
    try {
      call();
    } catch (error) {
      thrown.push(error.message);
    }
  };
  context.mock.method(globalThis, "queueMicrotask", (call) => queueMicrotask(noting(call)));
  const { conversation } = listening({
    onCaption: () => {
      throw new Error("the program's own");
    },
  });
  await conversation.open();
  const turn = conversation.say();
  turn.end("Hello.");
  assert.equal((await turn.finished).reason, "complete");
  assert.deepEqual(thrown, ["the program's own"]);
  conversation.close();
});

test("a lost connection is made again, and every sentence is heard once", async () => {
  const network = watched();
  const { conversation, samples, told } = listening({ WebSocket: network.WebSocket });
  await conversation.open();
  const turn = conversation.say();
  const [head, tail] = [TEXT.slice(0, 35), TEXT.slice(35)];
  turn.write(head);
  await until(() => answersOf(network, "sentence_end").length === 1);
  network.sockets[0].close();
  turn.write(tail);
  await until(() => answersOf(network, "sentence_end").length >= 2);
  network.sockets[1].close();
  turn.end();
  assert.deepEqual(await turn.finished, { reason: "complete", heard: TEXT, unheard: "", error: null });
  assert.equal(network.sockets.length, 3);
  assert.deepEqual(told.connections, ["open", "connecting", "open", "connecting", "open"]);
  assert.deepEqual(sounding(samples), sounding(await sentFor(TEXT)));
  assert.deepEqual(told.captions.map(({ index }) => index), [0, 1, 2]);
  assert.deepEqual(told.words.map(({ text }) => text).slice(0, 5), ["One", "small", "step", "Then", "another"]);
  conversation.close();
});

test("of a turn that waits behind another nothing is heard twice either", async () => {
  const network = watched();
  const { conversation, samples } = listening({ WebSocket: network.WebSocket });
  await conversation.open();
  const first = conversation.say();
  first.end("The first turn is heard.");
  const second = conversation.say();
  second.write("The second one waits. Its last sentence");
  await until(() => answersOf(network, "sentence_end").length === 2);
  assert.equal(conversation.turn, first);
  network.sockets[0].close();
  second.end(" is lost.");
  assert.equal((await second.finished).heard, "The second one waits. Its last sentence is lost.");
  const sent = [...(await sentFor(first.text)), ...(await sentFor(second.text))];
  assert.deepEqual(sounding(samples), sounding(sent));
  conversation.close();
});

test("a sentence that cannot be spoken is told, and the others are heard", async () => {
  const failed = [];
  const onMessage = (message) => message.type === "error" && failed.push(message.index);
  const { conversation, told } = listening({ config: { backend: "tone" }, onMessage });
  await conversation.open();
  const turn = conversation.say({ opts: { fault: "fail" } });
  turn.end("One. Two.");
  const { reason, heard } = await turn.finished;
  assert.deepEqual([reason, heard], ["failed", ""]);
  assert.ok(failed.includes(0));
  const next = conversation.say({ opts: { fault: "none" } });
  next.end("Three.");
  assert.equal((await next.finished).reason, "complete");
  assert.deepEqual(told.captions.map(({ text }) => text), ["Three."]);
  conversation.close();
});

test("a session that is kept goes on where it was cut, inside a sentence too", async () => {
  const way = await proxied();
  const { conversation, samples, told } = listening({ config: { backend: "tone" } }, way.url);
  await conversation.open();
  const turn = conversation.say({ opts: { render_factor: 0.5, piece_ms: 50 } });
  turn.write("A sentence of several notes comes slowly. And then ");
  await until(() => told.words.length >= 2);
  way.cut();
  turn.write("another ");
  await until(() => told.connections.length === 3);
  turn.write("one. ");
  await until(() => told.words.length >= 5);
  way.isClosed = true;
  way.cut();
  turn.end("The last.");
  await until(() => told.connections.length === 4);
  way.isClosed = false;
  const { reason, heard } = await turn.finished;
  assert.deepEqual([reason, heard], ["complete", "A sentence of several notes comes slowly. And then another one. The last."]);
  assert.deepEqual(told.connections, ["open", "connecting", "open", "connecting", "open"]);
  assert.equal(way.connections, 3);
  assert.deepEqual(told.captions.map(({ index }) => index), [0, 1, 2]);

  const whole = await connect(SERVER, { backend: "tone" });
  whole.sendText(turn.text);
  whole.done();
  const sent = [];
  for await (const event of whole) if (event.type === "audio") sent.push(...event.samples);
  assert.deepEqual(sounding(samples), sounding(sent));
  conversation.close();
  way.close();
});

test("a server that does not know the session any more is asked anew", async () => {
  const way = await proxied();
  const network = watched();
  const { conversation, samples, told } = listening({ WebSocket: network.WebSocket }, way.url);
  await conversation.open();
  const turn = conversation.say();
  turn.write(TEXT.slice(0, 35));
  await until(() => answersOf(network, "sentence_end").length === 1);
  const { session } = answersOf(network, "ready")[0];
  way.isClosed = true;
  way.cut();
  await until(() => told.connections.includes("connecting"));
  // Somebody else takes the session up and leaves, which ends it.
  const resuming = new WebSocket(`${SERVER.replace("http", "ws")}/stream-tokens`);
  resuming.onopen = () => resuming.send(JSON.stringify({ v: 2, resume: { session, received: 0 } }));
  await new Promise((resolve) => (resuming.onmessage = resolve));
  resuming.close();
  await new Promise((resolve) => (resuming.onclose = resolve));
  way.isClosed = false;
  turn.end(TEXT.slice(35));
  assert.equal((await turn.finished).heard, TEXT);
  assert.ok(answersOf(network, "error").some(({ code }) => code === "session_gone"));
  assert.deepEqual(sounding(samples), sounding(await sentFor(TEXT)));
  conversation.close();
  way.close();
});

test("a sentence that broke off inside is spoken anew, and those behind it", async () => {
  const network = watched();
  const { conversation, told } = listening({ WebSocket: network.WebSocket, config: { backend: "tone" } });
  await conversation.open();
  const turn = conversation.say({ opts: { render_factor: 0.9, piece_ms: 50 } });
  turn.end("A sentence of several notes comes slowly. And then another one.");
  await until(() => told.words.length >= 2);
  network.sockets[0].close();
  const { reason, heard } = await turn.finished;
  assert.deepEqual([reason, heard], ["complete", turn.text]);
  assert.deepEqual(answersOf(network, "sentence").map(({ index }) => index), [0, 0, 1]);
  assert.equal(turn.timeline.sentences.length, 2);
  assert.ok(turn.timeline.sentences[0].atMs > 0); // behind the part that was heard
  conversation.close();
});

test("where no connection can be made again, what has come is heard and the turn has failed", async () => {
  const network = watched();
  const { conversation, samples, told } = listening({ WebSocket: network.WebSocket, reconnectMs: 0 });
  await conversation.open();
  const turn = conversation.say();
  const waiting = conversation.turn && conversation.say();
  assert.equal(turn.isEnded, true);
  waiting.end("Never heard.");
  conversation.close();

  await conversation.open();
  const cut = conversation.say();
  cut.write("One small step. Then");
  await until(() => answersOf(network, "sentence_end").length === 1);
  network.isDown = true;
  network.sockets.at(-1).close();
  const { reason, heard, unheard, error } = await cut.finished;
  assert.deepEqual([reason, heard, unheard, error.name], ["failed", "One small step.", " Then", "NoServer"]);
  assert.deepEqual(told.errors, [error]);
  assert.equal(told.connections.at(-1), "gone");
  assert.deepEqual(sounding(samples), sounding(await sentFor("One small step.")));

  network.isDown = false;
  const next = conversation.say();
  next.end("There it is again.");
  assert.equal((await next.finished).reason, "complete");
  conversation.close();
});

test("an idle conversation sleeps when its connection is lost, and the next turn wakes it", async () => {
  const network = watched();
  const { conversation, told } = listening({ WebSocket: network.WebSocket });
  await conversation.open();
  network.sockets[0].close();
  await until(() => told.connections.includes("asleep"));
  const turn = conversation.say();
  turn.end("Awake.");
  assert.equal((await turn.finished).reason, "complete");
  conversation.close();
});

test("a barge-in while the connection is lost ends the turn, and nobody connects for it", async () => {
  const network = watched();
  const { conversation, told } = listening({ WebSocket: network.WebSocket });
  await conversation.open();
  const turn = conversation.say();
  turn.write(TEXT);
  await until(() => told.words.length >= 2);
  network.isDown = true;
  network.sockets[0].close();
  await until(() => told.connections.includes("connecting"));
  conversation.bargeIn();
  assert.equal((await turn.finished).reason, "cancelled");
  await until(() => told.connections.includes("asleep"));
  conversation.close();
});
