/**
 * A voice agent: the answer is spoken while the model writes it, the user interrupts, and the history has what was heard.
 *
 *     node examples/agent.mjs [--url http://localhost:8000] [--voice NAME] [--play COMMAND]
 *
 * What the user would hear goes into the standard input of COMMAND, at the pace of sound (`aplay -q -t raw -f S16_LE
 * -r 24000`), or into agent.wav. The model and the user are simulated; everything else is as in a real agent. Node 20
 * needs `--experimental-websocket`. docs/agents.md explains each part.
 */

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Conversation, PacedSpeaker, Player } from "../clients/js/src/index.js"; // installed: "voice-server-client"

const RATE_HZ = 24000;
const { values: options } = parseArgs({
  options: {
    url: { type: "string", default: "http://localhost:8000" },
    voice: { type: "string" },
    play: { type: "string" },
    output: { type: "string", default: "agent.wav" },
  },
});

// ---------------------------------------------------------------- the model and the user, simulated

const ANSWERS = [
  "Bread rises because yeast is alive. It eats the sugar in the dough, and breathes out carbon dioxide. " +
    "The bubbles stay in the dough, because gluten holds them. In the oven they grow, until the crust is firm.",
  "Cold dough rises slowly, but it does rise. Give it a night in the fridge, and it tastes better for it.",
];
const QUESTIONS = ["Why does bread rise?", "And in the fridge?"];
const INTERRUPTS_AFTER = 12; // words of the first answer

/** The tokens of an answer, as a model writes them. A real one is given the history. */
async function* model(history) {
  const answer = ANSWERS[history.filter(({ role }) => role === "user").length - 1];
  for (const token of answer.match(/\s*\S{1,5}/g)) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    yield token;
  }
}

// ---------------------------------------------------------------- the agent

const heard = []; // the sound, where it is kept
const program = options.play && spawn(options.play, { shell: true, stdio: ["pipe", "inherit", "inherit"] });
const write = program
  ? (samples) => program.stdin.write(new Uint8Array(samples.buffer))
  : (samples) => heard.push(samples);

const history = [];
let words = 0;

const conversation = new Conversation(options.url, {
  player: new Player(new PacedSpeaker({ write, rateHz: RATE_HZ })),
  config: { ...(options.voice && { voice: options.voice }) },
  onCaption: ({ text, startMs }) => console.log(`${(startMs / 1000).toFixed(1).padStart(5)} s  ${text}`),
  onWord: () => {
    words += 1;
    if (history.length === 1 && words === INTERRUPTS_AFTER) interrupt();
  },
  onConnection: (state) => console.log(`connection: ${state}`),
});

/** Speak the model's answer to the history, and add what the user heard of it. */
async function answer() {
  const turn = conversation.say();
  for await (const token of model(history)) {
    turn.write(token);
    if (conversation.turn !== turn) break; // the user has interrupted: the model need not go on
  }
  turn.end();
  const { reason, heard, error } = await turn.finished;
  if (error) throw error;
  const content = reason === "complete" ? heard : `${heard.trimEnd()} … (interrupted)`;
  history.push({ role: "assistant", content });
}

/** The user begins to speak: silence at once. */
function interrupt() {
  const { unheard, playedMs } = conversation.bargeIn();
  console.log(`interrupted after ${playedMs} ms; not heard: ${unheard.trim().slice(0, 40)} …`);
}

try {
  await conversation.open();
  for (const question of QUESTIONS) {
    console.log(`user: ${question}`);
    history.push({ role: "user", content: question });
    await answer();
  }
} catch (error) {
  console.error(`agent: ${error.message}`);
  process.exitCode = 1;
}
conversation.close();
if (program) program.stdin.end();
else if (heard.length > 0) await writeFile(options.output, wav(heard));
if (history.length > 0) console.log(JSON.stringify(history));

/** A WAV file of int16 mono samples. */
function wav(chunks) {
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16); // length of what follows up to "data"
  head.writeUInt16LE(1, 20); // PCM
  head.writeUInt16LE(1, 22); // channels
  head.writeUInt32LE(RATE_HZ, 24);
  head.writeUInt32LE(RATE_HZ * 2, 28); // bytes a second
  head.writeUInt16LE(2, 32); // bytes a sample
  head.writeUInt16LE(16, 34); // bits a sample
  head.write("data", 36);
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, ...chunks.map((chunk) => new Uint8Array(chunk.buffer))]);
}
