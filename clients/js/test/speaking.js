/** What the tests of the package share: the server that they speak through, and players that keep what they hear. */

import { Conversation, PacedSpeaker, Player } from "../src/index.js";

/** The live server's address; tests/e2e/test_javascript_client.py starts one. */
export const SERVER = process.env.VOICE_SERVER_URL;

/** A conversation that hears with a function, at the pace of sound; what was heard lies in `samples`. */
export function listening(options = {}, address = SERVER) {
  const samples = [];
  const told = { words: [], captions: [], states: [], connections: [], errors: [], warnings: [] };
  const conversation = new Conversation(address, {
    player: new Player(new PacedSpeaker({ write: (block) => samples.push(...block) })),
    onWord: (word) => told.words.push(word),
    onCaption: (caption) => told.captions.push(caption),
    onState: (state, reason) => told.states.push(reason ?? state),
    onConnection: (state) => told.connections.push(state),
    onError: (error) => told.errors.push(error),
    onWarning: (warning) => told.warnings.push(warning),
    ...options,
  });
  return { conversation, samples, told };
}

/** Resolves when a condition is true; the runner's limit ends what never becomes it. */
export async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
