/**
 * The access token that a server may require, and requests with it.
 *
 * A link may carry the token (`/?token=…`). It is removed from the address at once, and kept for this tab only.
 */

import { VoiceServerError, sentence } from "./client/index.js";
import { text } from "./texts.js";

const KEY = "voice-server-token";
const UNAUTHORIZED = "unauthorized";

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

export function token() {
  return sessionStorage.getItem(KEY) || "";
}

/** Options of a fetch with these headers, and the token. */
function authorized(headers) {
  return { headers: token() ? { ...headers, Authorization: `Bearer ${token()}` } : headers };
}

/** Whether an error says that the server wants a token, and got none or a wrong one. */
export function wantsToken(error) {
  return error.code === UNAUTHORIZED;
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
  if (!response.ok) throw new Error(sentence(answer.error ?? text("problem.not-done")));
  return answer;
}

/** Fetch a file from the server, which may ask for JSON. Throws an Error with a message for the user. */
export async function fetchBlob(path, fields) {
  const response = await ask(path, "*/*", fields && JSON.stringify(fields));
  if (response.ok) return response.blob();
  const answer = await response.json().catch(() => ({}));
  throw new Error(sentence(answer.error?.message ?? answer.error ?? text("problem.no-file")));
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
    throw new Error(text("problem.unreachable"));
  }
  if (response.status === 401) throw new VoiceServerError(text("problem.token"), UNAUTHORIZED);
  return response;
}
