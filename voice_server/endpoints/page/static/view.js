/** The page's texts: states, problems, the backend, what was heard. */

import { wantsToken } from "./access.js";
import { sentence } from "./client/index.js";

const MOST_PROBLEMS = 4;

export function byId(id) {
  return document.getElementById(id);
}

/** Show a message about an error, or about something that the user should know ("warning"). */
export function showProblem(message, kind = "error") {
  const box = byId("problems");
  if ([...box.children].some((each) => each.dataset.message === message)) return;
  const problem = document.createElement("div");
  problem.className = `problem ${kind}`;
  problem.dataset.message = message;
  const text = document.createElement("p");
  text.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet icon-only";
  close.setAttribute("aria-label", "Dismiss");
  close.textContent = "×";
  close.addEventListener("click", () => problem.remove());
  problem.append(text, close);
  box.append(problem);
  if (box.children.length > MOST_PROBLEMS) box.firstChild.remove();
}

export function clearProblems() {
  byId("problems").replaceChildren();
}

/** Show that a connection failed; if the server requires a token, ask the user for it. */
export function showFailure(error) {
  byId("access").hidden = !wantsToken(error);
  if (wantsToken(error)) byId("token").focus();
  else showProblem(sentence(error.message));
  showConnection("off", "Not connected");
}

export function showConnection(state, text) {
  byId("connection").dataset.state = state;
  byId("connection-text").textContent = text;
}

export function showStatus(text) {
  byId("status").textContent = text;
}

/** Enable the buttons that have an effect in a state. */
export function showState(state) {
  const isIdle = state === "idle";
  byId("pause").disabled = isIdle;
  byId("barge-in").disabled = isIdle;
  byId("pause").textContent = state === "paused" ? "Resume" : "Pause";
  byId("speak-label").textContent = isIdle ? "Speak" : "Speak again";
  document.body.dataset.state = state;
}

export function showHeard({ heard, unheard }) {
  byId("heard").hidden = false;
  byId("heard-text").textContent = heard.trim() || "nothing";
  byId("unheard-text").textContent = unheard.trim() || "nothing";
}

/** Fill a select element; `entries` are [value, text] pairs. */
export function fillSelect(select, entries, chosen) {
  const options = entries.map(([value, text]) => new Option(text, value, value === chosen, value === chosen));
  select.replaceChildren(...options);
}

const TIMES = {
  model: "Word times come from the model.",
  engine: "Word times come from the engine.",
  estimate: "Word times are estimated.",
  "": "Word times are estimated.",
};

/** One line about what a backend can do. */
export function describe({ backend, capabilities }) {
  const known = capabilities.tags.map((tag) => `[${tag}]`).join(", ");
  const tags = known ? ` It knows ${known}.` : "";
  const mixes = capabilities.mixes ? " Voices can be mixed: type, for example, one(2)+another." : "";
  const streams = capabilities.streams ? " Sentences stream while they render." : "";
  const watermark = capabilities.watermark ? " Its audio carries a watermark." : "";
  byId("abilities").textContent = `${backend}: ${TIMES[capabilities.times] ?? ""}${streams}${tags}${mixes}${watermark}`;
}
