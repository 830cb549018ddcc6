// @deepgram/sdk for Node: sockets and requests of v1 (Aura) and v2 (Flux).
import { DeepgramClient } from "@deepgram/sdk";
import { key, report, sound, url } from "./report.mjs";

const TEXT = "The quick brown fox jumps. Then it sleeps.";
const LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. ".repeat(20);
const client = new DeepgramClient({ apiKey: key, baseUrl: url });

/** A socket that keeps what it receives; `until` waits for a type, "sound" or "close". */
async function connected(resource, options) {
  const socket = await resource.connect({ ...options, Authorization: `Token ${key}`, reconnectAttempts: 0 });
  const heard = { socket, pieces: [], messages: [], waiting: [] };
  const tell = (kind) => {
    heard.waiting = heard.waiting.filter((each) => each.kind !== kind || each.done());
  };
  heard.until = (kind) => new Promise((resolve) => heard.waiting.push({ kind, done: () => (resolve(), false) }));
  let reading = Promise.resolve();
  socket.on("message", (message) => {
    reading = reading.then(async () => {
      if (typeof message.type === "string" && !(message instanceof Blob)) {
        heard.messages.push(message);
        tell(message.type);
      } else {
        heard.pieces.push(Buffer.from(message instanceof Blob ? await message.arrayBuffer() : message));
        tell("sound");
      }
    });
  });
  socket.on("close", () => tell("close"));
  socket.connect();
  await socket.waitForOpen();
  return heard;
}

async function v1Socket() {
  const heard = await connected(client.speak.v1, { model: "aura-2-thalia-en", encoding: "linear16", sample_rate: 24000 });
  heard.socket.sendText({ type: "Speak", text: LONG });
  heard.socket.sendFlush({ type: "Flush" });
  await heard.until("sound");
  heard.socket.sendClear({ type: "Clear" });
  await heard.until("Cleared");
  heard.pieces = [];
  for (const text of ["The quick brown fox ", "jumps. ", "Then it sleeps."]) heard.socket.sendText({ type: "Speak", text });
  heard.socket.sendFlush({ type: "Flush" });
  await heard.until("Flushed");
  const closed = heard.until("close");
  heard.socket.sendClose({ type: "Close" });
  await closed;
  heard.socket.close();
  return { audio: sound(heard.pieces), messages: heard.messages };
}

async function v2Socket() {
  const heard = await connected(client.speak.v2, { model: "flux-alexis-en", encoding: "linear16", sample_rate: 24000 });
  for (const text of ["The quick brown fox ", "jumps. ", "Then it sleeps."]) heard.socket.sendSpeak({ type: "Speak", text });
  heard.socket.sendFlush({ type: "Flush" });
  await heard.until("SpeechMetadata");
  heard.socket.sendInterrupt({ type: "Interrupt", playback_offset: { type: "time_ms", value: 600 } });
  await heard.until("SpeechInterrupted");
  const closed = heard.until("close");
  heard.socket.sendClose({ type: "Close" });
  await closed;
  heard.socket.close();
  return { audio: sound(heard.pieces), messages: heard.messages };
}

async function request(resource, model) {
  const answer = await resource.audio.generate({ text: TEXT, model, encoding: "linear16", container: "none", sample_rate: 24000 });
  return { audio: Buffer.from(await answer.arrayBuffer()).toString("base64") };
}

async function refusal() {
  try {
    await client.speak.v1.audio.generate({ text: TEXT, encoding: "mp3", container: "wav" });
  } catch (error) {
    return { status: error.statusCode, body: error.body };
  }
}

report({
  "v1 socket": await v1Socket(),
  "v2 socket": await v2Socket(),
  "v1 request": await request(client.speak.v1, "aura-2-thalia-en"),
  "v2 request": await request(client.speak.v2, "flux-alexis-en"),
  refusal: await refusal(),
});
