// @elevenlabs/elevenlabs-js for Node: requests and lists; it has no socket that speaks.
import { ElevenLabsClient } from "@elevenlabs/elevenlabs-js";

const [url, key] = process.argv.slice(2);
const TEXT = "The quick brown fox jumps. Then it sleeps.";
const VOICE = "JBFqnCBsd6RMkjVDRZzb";
const client = new ElevenLabsClient({ apiKey: key, baseUrl: url });
const request = { text: TEXT, modelId: "eleven_flash_v2_5", outputFormat: "pcm_24000" };

async function audio(answer) {
  const pieces = [];
  for await (const piece of await answer) pieces.push(Buffer.from(piece));
  return { audio: Buffer.concat(pieces).toString("base64") };
}

async function lines() {
  const scene = { pieces: [], characters: [], starts: [] };
  for await (const line of await client.textToSpeech.streamWithTimestamps(VOICE, request)) {
    scene.pieces.push(line.audioBase64);
    scene.characters.push(...(line.alignment?.characters ?? []));
    scene.starts.push(...(line.alignment?.characterStartTimesSeconds ?? []));
  }
  return scene;
}

async function withTimes() {
  const whole = await client.textToSpeech.convertWithTimestamps(VOICE, request);
  return {
    audio: whole.audioBase64,
    characters: whole.alignment.characters,
    starts: whole.alignment.characterStartTimesSeconds,
  };
}

async function lists() {
  const { voices } = await client.voices.getAll();
  return {
    voices: voices.map((each) => each.voiceId),
    pages: (await client.voices.search({ pageSize: 3 })).voices.map((each) => each.voiceId),
    models: (await client.models.list()).map((each) => each.modelId),
    status: (await client.user.get()).subscription.status,
  };
}

async function refusal() {
  try {
    await client.textToSpeech.convert(VOICE, { ...request, text: " " });
  } catch (error) {
    return { status: error.statusCode, body: error.body };
  }
}

const scenes = {
  convert: await audio(client.textToSpeech.convert(VOICE, request)),
  stream: await audio(client.textToSpeech.stream(VOICE, request)),
  "with times": await withTimes(),
  lines: await lines(),
  lists: await lists(),
  refusal: await refusal(),
};
console.log("\n" + JSON.stringify(scenes));
