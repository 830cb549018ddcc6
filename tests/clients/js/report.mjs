// What every program of a client prints: a JSON object of scenes, and in each what the client received.

/** The base URL of the server (http://…) and the key, from the command line. */
export const [url, key] = process.argv.slice(2);

/** Sound as it stands in a scene. */
export const sound = (pieces) => Buffer.concat(pieces).toString("base64");

/** Print everything, on a line of its own, and end whatever the client left open. */
export function report(scenes) {
  process.stdout.write("\n" + JSON.stringify(scenes) + "\n", () => process.exit(0));
}
