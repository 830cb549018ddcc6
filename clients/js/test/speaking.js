/** What the tests of the package share: the server that they speak through, and players that keep what they hear. */

import { createConnection, createServer } from "node:net";
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

/** A way to a server that can be cut, without a good-bye, and closed to new connections. */
export async function proxied(address = SERVER) {
  const { hostname: host, port } = new URL(address);
  const open = new Set();
  const way = { connections: 0, isClosed: false };
  const proxy = createServer((near) => {
    if (way.isClosed) return void near.destroy();
    way.connections += 1;
    const far = createConnection({ host, port });
    for (const [from, to] of [[near, far], [far, near]]) {
      open.add(from);
      from.on("data", (data) => to.write(data));
      from.on("error", () => {});
      from.on("close", () => to.destroy());
    }
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  way.url = `http://127.0.0.1:${proxy.address().port}`;
  way.cut = () => open.forEach((socket) => socket.resetAndDestroy());
  way.close = () => (way.cut(), proxy.close());
  return way;
}

/** Resolves when a condition is true; the runner's limit ends what never becomes it. */
export async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
