/** Addresses of servers: as people write them, as a WebSocket takes them, and why nobody answers there. */

import { NoServer, VoiceServerError } from "./errors.js";

const PATH = "/stream-tokens";
const ANSWER_WITHIN_MS = 10_000;

/** Complete an address: http becomes ws, and without a path it is `/stream-tokens`. */
export function streamUrl(address) {
  const written = String(address);
  let url;
  try {
    url = new URL(written.includes("://") ? written : `ws://${written}`);
  } catch {
    throw notAnAddress(written);
  }
  url.protocol = { "http:": "ws:", "https:": "wss:" }[url.protocol] ?? url.protocol;
  if (!["ws:", "wss:"].includes(url.protocol) || url.hostname === "") throw notAnAddress(written);
  if (["", "/"].includes(url.pathname)) url.pathname = PATH;
  url.hash = "";
  return url.href;
}

/** Sub-protocols for a WebSocket: the protocol's own, and one that carries the token; browsers can set no header. */
export function subprotocols(token) {
  if (!token) return [];
  const hex = Array.from(new TextEncoder().encode(token), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return ["voice-server", `token.${hex}`];
}

function notAnAddress(written) {
  const example = "http://localhost:8000";
  return new VoiceServerError(`${JSON.stringify(written)} is no address of a server; it looks like ${example}`, "config");
}

/** The address without the secrets that it may hold. */
export function shown(url) {
  return url.replace(/(?<=[?&]token=)[^&#]+|(?<=:\/\/)[^/?#]+(?=@)/gi, "…");
}

/** Why a WebSocket did not open, as an error. Browsers do not tell, so a request over HTTP finds out. */
export async function whyUnreachable(url, token) {
  const health = new URL(url.replace(/^ws/, "http").replace(/\/stream-tokens(?=[?#]|$)/, "/health"));
  const place = shown(url);
  let answer;
  try {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    answer = await fetch(health, { headers, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  } catch {
    const page = globalThis.location?.origin;
    const isElsewhere = page !== undefined && page !== health.origin;
    const allowing = isElsewhere ? `, or let pages of ${page} use it with --allow-origin ${page}` : "";
    return new NoServer(`no server at ${place}; start one with: voice-server serve${allowing}`);
  }
  const { error, code, backends } = await answer.json().catch(() => ({}));
  if (typeof error === "string") return new NoServer(`the server at ${place} refused the connection: ${error}`, code);
  if (!backends) return new NoServer(`what answers at ${place} is no voice-server`);
  return new NoServer(`the server at ${place} closed the connection; it may be starting, or full`, "busy");
}
