// @cartesia/cartesia-js for Node: requests, events, and contexts of its socket.
import { createRequire } from "node:module";
import net from "node:net";
import { key, report, sound, url } from "./report.mjs";

const Cartesia = createRequire(import.meta.url)("@cartesia/cartesia-js"); // as a module it does not find `ws`
const TEXT = "The quick brown fox jumps. Then it sleeps.";
const LONG = "One sentence after the other is spoken here, and nobody listens to the end of them. ".repeat(20);
const SPOKEN = {
  model_id: "sonic-3",
  voice: { mode: "id", id: "f786b574-daa5-4673-aa0c-cbe3e8534c02" },
  output_format: { container: "raw", encoding: "pcm_s16le", sample_rate: 24000 },
};
const client = new Cartesia.default({ apiKey: key, baseURL: url, maxRetries: 0 });

async function sceneOf(events) {
  const pieces = [];
  const words = [];
  const kinds = [];
  for await (const event of events) {
    if (event.type === "chunk") pieces.push(Buffer.from(event.data, "base64"));
    if (event.type === "timestamps") words.push(...event.word_timestamps.words);
    if (event.type !== kinds.at(-1)) kinds.push(event.type);
  }
  return { audio: sound(pieces), words, kinds };
}

async function bytes() {
  const answer = await client.tts.generate({ ...SPOKEN, transcript: TEXT });
  return { audio: sound([Buffer.from(await answer.arrayBuffer())]) };
}

async function events() {
  return sceneOf(await client.tts.generateSSE({ ...SPOKEN, transcript: TEXT, add_timestamps: true }));
}

async function refusal() {
  try {
    await client.tts.generate({ ...SPOKEN, transcript: " " });
  } catch (error) {
    return { status: error.status, body: error.error };
  }
}

/** Its address is always wss:, so the connection under it is made here, without TLS. */
async function socket() {
  const connection = await client.tts.websocket({ createConnection: ({ host, port }) => net.connect(port, host) });
  const dropped = connection.context(SPOKEN);
  await dropped.push({ transcript: LONG });
  for await (const event of dropped.receive()) if (event.type === "chunk") break;
  await dropped.cancel();
  const context = connection.context({ ...SPOKEN, add_timestamps: true });
  for (const transcript of ["The quick brown ", "fox jumps. "]) await context.push({ transcript });
  await context.push({ transcript: "Then it sleeps.", flush: true });
  await context.no_more_inputs();
  const scene = await sceneOf(context.receive());
  connection.close();
  return scene;
}

report({ bytes: await bytes(), sse: await events(), refusal: await refusal(), socket: await socket() });
