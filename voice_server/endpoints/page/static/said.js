/** What will be said of the text, and which rule changed what: asked of the server while it is open. */

import { postJson } from "./access.js";
import { text } from "./texts.js";
import { element } from "./view.js";

const QUIET_MS = 400; // how long nothing must have been typed

export class SaidView {
  /** `request` returns what to ask for: the text and who speaks it. */
  constructor({ details, note, list }, request) {
    this.details = details;
    this.note = note;
    this.list = list;
    this.request = request;
    this.asked = 0;
    this.timer = null;
    details.addEventListener("toggle", () => this.refresh());
  }

  /** The text or the voice has changed: ask anew, soon. */
  refresh() {
    clearTimeout(this.timer);
    if (!this.details.open) return;
    this.timer = setTimeout(() => this.show(), QUIET_MS);
  }

  async show() {
    const asked = ++this.asked;
    const request = this.request();
    try {
      const answer = request.text.trim() === "" ? { sentences: [] } : await postJson("tts/spoken", request);
      if (asked !== this.asked) return; // a later answer is there, or comes
      this.list.replaceChildren(...answer.sentences.map(itemOf));
      this.note.textContent = answer.sentences.length > 0 ? text("said.by", answer) : text("said.nothing");
    } catch (error) {
      if (asked !== this.asked) return;
      this.list.replaceChildren();
      this.note.textContent = error.message;
    }
  }
}

function itemOf({ spoken, changes }) {
  const item = element("li", {}, element("p", { className: spoken ? "spoken" : "spoken hint" }, spoken || text("heard.nothing")));
  const told = new Map(changes.map((change) => [JSON.stringify([change.rule, change.written, change.said]), change]));
  if (told.size > 0) item.append(element("ul", {}, ...[...told.values()].map(changeOf)));
  return item;
}

function changeOf({ rule, written, said }) {
  const item = element("li", {}, span("written", written), said ? " → " : ` ${text("said.left-out")} `);
  if (said) item.append(span("became", said), " ");
  item.append(span("rule", rule));
  return item;
}

function span(className, shown) {
  return element("span", { className }, shown);
}
