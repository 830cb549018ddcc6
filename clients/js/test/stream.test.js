/** One connection to a live server, and the errors of addresses and requests that are wrong. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createRelay, connect as dial } from "node:net";
import { mock, test } from "node:test";
import { NoServer, StreamClosed, StreamRefused, VoiceServerError, connect, streamUrl } from "../src/index.js";
import { SERVER } from "./speaking.js";

async function eventsOf(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

for (const [written, url] of [
  ["localhost:8000", "ws://localhost:8000/stream-tokens"],
  ["http://localhost:8000/", "ws://localhost:8000/stream-tokens"],
  ["https://voice.example/prefix/stream-tokens", "wss://voice.example/prefix/stream-tokens"],
  ["ws://[::1]:8000?token=x#y", "ws://[::1]:8000/stream-tokens?token=x"],
]) {
  test(`${written} is completed`, () => assert.equal(streamUrl(written), url));
}

for (const written of ["", "not an address", "ftp://localhost", "http://"]) {
  test(`${JSON.stringify(written)} is refused with an example`, async () => {
    await assert.rejects(connect(written), { name: "VoiceServerError", code: "config", message: /localhost:8000/ });
  });
}

test("events are the server's messages, and audio knows its sentence", async () => {
  const stream = await connect(SERVER, { timestamps: "word" });
  assert.equal(stream.ready.sample_rate, 24000);
  for (const token of ["One is ", "here. Two ", "is here."]) stream.sendText(token, "greeting");
  stream.done();
  const events = await eventsOf(stream);
  const audio = events.filter(({ type }) => type === "audio");
  assert.deepEqual([...new Set(audio.map(({ turn, index }) => `${turn} ${index}`))], ["greeting 0", "greeting 1"]);
  assert.deepEqual(audio.map(({ sequence }) => sequence), audio.map((_, place) => place));
  assert.deepEqual(audio.filter(({ isFirst }) => isFirst).map(({ index }) => index), [0, 1]);
  const { audio_ms } = events.find(({ type }) => type === "turn_done");
  const samples = audio.reduce((sum, each) => sum + each.samples.length, 0);
  assert.ok(Math.abs(samples / 24 - audio_ms) < 1);
  assert.equal(events.at(-1).type, "done");
});

test("audio comes at the rate that was asked for", async () => {
  const lengths = [];
  for (const rate of [8000, 48000]) {
    const stream = await connect(SERVER, { format: { rate } });
    stream.sendText("The same text.");
    stream.done();
    const audio = (await eventsOf(stream)).filter(({ type }) => type === "audio");
    lengths.push(audio.reduce((sum, { samples }) => sum + samples.length, 0) / rate);
  }
  assert.ok(Math.abs(lengths[0] - lengths[1]) < 0.01);
});

test("sound in another encoding is bytes", async () => {
  const stream = await connect(SERVER, { format: { encoding: "mulaw" } });
  stream.sendText("The same text.");
  stream.done();
  const events = await eventsOf(stream);
  const audio = events.filter(({ type }) => type === "audio");
  assert.deepEqual([...new Set(audio.map(({ samples }) => samples))], [null]);
  const bytes = audio.reduce((sum, each) => sum + each.bytes.length, 0);
  assert.ok(Math.abs(bytes / 8 - events.find(({ type }) => type === "turn_done").audio_ms) < 1);
});

test("the iteration may be left and gone on with, and close ends it", async () => {
  const stream = await connect(SERVER);
  stream.sendText("One.");
  stream.endTurn();
  for await (const { type } of stream) if (type === "turn_done") break;
  stream.sendText("Two.");
  stream.endTurn();
  for await (const { type } of stream) if (type === "turn_done") stream.close();
  assert.throws(() => stream.sendText("Three."), StreamClosed);
});

test("an error that ended nothing is not the reason of a later loss", async () => {
  const sockets = [];
  class Watched extends WebSocket {
    constructor(...given) {
      super(...given);
      sockets.push(this);
    }
  }
  const stream = await connect(SERVER, { WebSocket: Watched });
  stream.send({ voice: "nobody" });
  await assert.rejects(
    async () => {
      for await (const { type } of stream) if (type === "error") sockets[0].close();
    },
    { name: "StreamClosed", code: "stream_closed" },
  );
});

test("flush, pause, resume and the play position are the protocol's", async () => {
  const stream = await connect(SERVER);
  const answers = [];
  stream.sendText("No end yet", "t");
  stream.flush(7);
  stream.played(10, "t");
  stream.pause();
  for await (const event of stream) {
    answers.push(event);
    if (event.type === "paused") stream.resume();
    if (event.type === "flushed") stream.cancel({ turn: "t", playedMs: 0 });
    if (event.type === "cancelled") stream.close();
  }
  const types = answers.map(({ type }) => type);
  assert.ok(types.indexOf("resumed") > types.indexOf("paused"));
  assert.equal(answers.find(({ type }) => type === "flushed").id, 7);
  assert.equal(answers.find(({ type }) => type === "cancelled").unheard, "No end yet");
});

for (const [kind, frame] of [
  ["text", [0x81, 5, ...Buffer.from("hello")]],
  ["bytes", [0x82, 2, 1, 2]],
]) {
  test(`a WebSocket that sends ${kind} of its own is no voice-server`, async () => {
    const other = createServer();
    const sockets = [];
    other.on("upgrade", ({ headers }, socket) => {
      sockets.push(socket);
      const key = headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; // RFC 6455, 1.3
      const accept = createHash("sha1").update(key).digest("base64");
      const head = `Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${head}`);
      socket.write(Buffer.from(frame));
    });
    await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
    const address = `ws://127.0.0.1:${other.address().port}`;
    await assert.rejects(connect(address), { code: "wire", message: /is it a voice-server/ });
    for (const socket of sockets) socket.destroy();
    other.close();
  });
}

for (const [keep_s, told] of [
  [0, "StreamClosed"],
  [60, "lost"],
]) {
  test(`a network that went away is noticed, with keep_s ${keep_s}`, async () => {
    const { hostname, port } = new URL(SERVER);
    const ends = [];
    const relay = createRelay((near) => {
      const far = dial(port, hostname);
      ends.push(near, far);
      near.pipe(far).pipe(near);
      for (const end of [near, far]) end.on("error", () => {});
    });
    await once(relay.listen(0, "127.0.0.1"), "listening");
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      const stream = await connect(`ws://127.0.0.1:${relay.address().port}`, { keep_s });
      mock.timers.tick(15_000);
      for await (const { type } of stream) if (type === "pong") break;
      for (const end of ends) end.unpipe().pause();
      mock.timers.tick(45_000);
      const first = await stream[Symbol.asyncIterator]().next().then(({ value }) => value.type, ({ name }) => name);
      assert.equal(first, told);
      stream.close();
    } finally {
      mock.timers.reset();
      for (const end of ends) end.destroy();
      relay.close();
    }
  });
}

test("nobody at the address is told with the command that starts a server", async () => {
  await assert.rejects(connect("http://127.0.0.1:1"), { name: "NoServer", code: "no_server", message: /voice-server serve/ });
});

test("what is no voice-server is told apart", async () => {
  const other = createServer((_, answer) => answer.end("hello")).listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const address = `http://127.0.0.1:${other.address().port}`;
  await assert.rejects(connect(address), { name: "NoServer", message: /is no voice-server/ });
  other.close();
  other.closeAllConnections();
});

test("an unknown voice is told with those that there are", async () => {
  await assert.rejects(connect(SERVER, { voice: "nobody" }), (error) => {
    assert.ok(error instanceof StreamRefused && error instanceof VoiceServerError && !(error instanceof NoServer));
    assert.equal(error.code, "unknown_voice");
    return /there are/.test(error.message);
  });
});

test("a wrong path is told with its address", async () => {
  await assert.rejects(connect(`${SERVER}/nowhere`), { name: "NoServer", code: "not_found", message: /nowhere/ });
});

test("without a WebSocket it says where to get one", async () => {
  const { WebSocket } = globalThis;
  delete globalThis.WebSocket;
  try {
    await assert.rejects(connect(SERVER), { code: "no_websocket", message: /--experimental-websocket.* ws / });
  } finally {
    globalThis.WebSocket = WebSocket;
  }
});
