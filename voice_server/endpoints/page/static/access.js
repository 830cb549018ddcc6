/**
 * The access token that a server may require, requests with it, and why a connection failed.
 *
 * A link may carry the token (`/?token=…`). It is removed from the address at once, kept for this tab only, and
 * sent as a header, or as a WebSocket sub-protocol, since a browser can set no header there.
 */

const KEY = "voice-server-token";

export function takeTokenFromAddress() {
  const address = new URL(location.href);
  const token = address.searchParams.get("token");
  if (token === null) return;
  setToken(token);
  address.searchParams.delete("token");
  history.replaceState(null, "", address);
}

export function setToken(token) {
  sessionStorage.setItem(KEY, token);
}

function token() {
  return sessionStorage.getItem(KEY) || "";
}

/** Options of a fetch with these headers, and the token. */
function authorized(headers) {
  return { headers: token() ? { ...headers, Authorization: `Bearer ${token()}` } : headers };
}

/** Sub-protocols for a WebSocket: the protocol's own, and one that carries the token. */
export function socketProtocols() {
  if (!token()) return [];
  const bytes = new TextEncoder().encode(token());
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return ["voice-server", `token.${hex}`];
}

/** The server requires a token, and got none or a wrong one. */
export class TokenWanted extends Error {
  constructor() {
    super("This server wants the token that it printed when it was started.");
  }
}

/** Why a WebSocket did not open, as an Error. Browsers do not tell, so a request over HTTP finds out. */
export async function failure() {
  try {
    await fetchJson("health");
    return new Error("The server is there, but it closed the connection; it may be starting, or full.");
  } catch (error) {
    return error;
  }
}

/** Fetch JSON from the server; null if it has no such route. Throws an Error with a message for the user. */
export async function fetchJson(path) {
  const response = await ask(path, "application/json");
  if (response.status === 404 || response.status === 405) return null;
  const answer = await response.json().catch(() => ({}));
  if (typeof answer.error === "string") throw new Error(sentence(answer.error));
  return answer;
}

/** Send JSON to the server; the JSON that it answers. Throws an Error with a message for the user. */
export async function postJson(path, fields) {
  const response = await ask(path, "application/json", JSON.stringify(fields));
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(sentence(answer.error ?? "the server does not do this"));
  return answer;
}

/** Fetch a file from the server. Throws an Error with a message for the user. */
export async function fetchBlob(path) {
  const response = await ask(path, "*/*");
  if (response.ok) return response.blob();
  const answer = await response.json().catch(() => ({}));
  throw new Error(sentence(answer.error ?? "the server has no such file"));
}

/** The URL of a path, relative to the page: a proxy may show both under a prefix, which the path may have. */
function address(path) {
  const prefix = new URL(".", document.baseURI).pathname;
  return new URL(path.startsWith(prefix) ? path : prefix + path.replace(/^\//, ""), document.baseURI);
}

async function ask(path, type, body) {
  let response;
  try {
    const headers = body === undefined ? { Accept: type } : { Accept: type, "Content-Type": "application/json" };
    response = await fetch(address(path), { ...authorized(headers), method: body === undefined ? "GET" : "POST", body });
  } catch {
    throw new Error("The server cannot be reached; is it still running?");
  }
  if (response.status === 401) throw new TokenWanted();
  return response;
}

/** A message of the server as a sentence: it begins in lower case there, for programs that prefix it. */
export function sentence(message) {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
