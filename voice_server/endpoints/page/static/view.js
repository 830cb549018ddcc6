/** The page's elements: states, problems, the backend, what was heard. */

import { wantsToken } from "./access.js";
import { sentence } from "./client/index.js";
import { text } from "./texts.js";

const MOST_PROBLEMS = 4;
const SVG = "http://www.w3.org/2000/svg";

export function byId(id) {
  return document.getElementById(id);
}

/** A new element with attributes (`className` is its class) and children, which may be texts. */
export function element(name, { className = "", ...attributes } = {}, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** A drawing of the page's sheet of icons. */
export function iconOf(name) {
  const icon = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  icon.setAttribute("aria-hidden", "true");
  icon.append(use);
  return icon;
}

/** Show a message about an error, or about something that the user should know ("warning"). */
export function showProblem(message, kind = "error") {
  const box = byId("problems");
  if ([...box.children].some((each) => each.dataset.message === message)) return;
  const close = element("button", { type: "button", className: "quiet icon-only", "aria-label": text("dismiss") }, "×");
  const problem = element("div", { className: `problem ${kind}` }, element("p", {}, message), close);
  problem.dataset.message = message;
  close.addEventListener("click", () => problem.remove());
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
  showConnection("off", text("connection.gone"));
}

export function showConnection(state, label) {
  byId("connection").dataset.state = state;
  byId("connection-text").textContent = label;
}

export function showStatus(label) {
  byId("status").textContent = label;
}

export function showHeard({ heard, unheard }) {
  byId("heard").hidden = false;
  byId("heard-text").textContent = heard.trim() || text("heard.nothing");
  byId("unheard-text").textContent = unheard.trim() || text("heard.nothing");
}

/** Fill a select element; `entries` are [value, text] pairs. */
export function fillSelect(select, entries, chosen) {
  const options = entries.map(([value, label]) => new Option(label, value, value === chosen, value === chosen));
  select.replaceChildren(...options);
}

/** Some sentences about what a backend can do. */
export function describe({ backend, capabilities }) {
  const { times, streams, tags, mixes, watermark } = capabilities;
  const known = tags.map((tag) => `[${tag}]`).join(", ");
  const sentences = [
    text(times === "model" || times === "engine" ? `times.${times}` : "times.estimate"),
    streams && text("abilities.streams"),
    known && text("abilities.tags", { tags: known }),
    mixes && text("abilities.mixes"),
    watermark && text("abilities.watermark"),
  ];
  byId("abilities").textContent = `${backend}: ${sentences.filter(Boolean).join(" ")}`;
}
