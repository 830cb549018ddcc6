/**
 * Who speaks a dialogue: where the lines of the text begin with names, each name is given a voice.
 *
 * The names are found here and told to the server as `speakers`, which leaves the labels out of what is said.
 */

import { text } from "./texts.js";
import { element, fillSelect } from "./view.js";
import { baseLanguage, isSpeaker, nameOf } from "./voices.js";

const LABEL = /^[ \t]*\*{0,2}(\p{L}[^:*()\n]{0,39}?)\*{0,2}[ \t]*:\*{0,2}[ \t]+\S/u;
const MOST_NAMES = 12;
const MOST_CHARS = 20_000; // in which names are looked for

/** The names that begin lines of a dialogue; none where the text is no dialogue. */
export function namesIn(text) {
  const lines = text.slice(0, MOST_CHARS).split("\n").filter((line) => line.trim() !== "");
  const found = lines.map((line) => line.match(LABEL)?.[1].trim()).filter(Boolean);
  const names = [...new Set(found)];
  const isDialogue = names.length >= 2 && names.length <= MOST_NAMES && found.length * 2 >= lines.length;
  return isDialogue ? names : [];
}

export class Cast {
  /** `box` holds the fields; `offer()` returns the voices and the one that is chosen. */
  constructor(box, list, offer) {
    this._box = box;
    this._list = list;
    this._offer = offer;
    this._names = [];
    this._picked = new Map(); // the user's own choices, by name
  }

  /** Follow the text, or other voices. */
  refresh(text) {
    this._names = namesIn(text);
    this._box.hidden = this._names.length === 0;
    const { voices, chosen } = this._offer();
    const entries = entriesOf(voices, chosen);
    this._list.replaceChildren(...this._names.map((name, at) => this._field(name, at, entries)));
  }

  /** The speakers for the server, by name; empty where there is no dialogue. */
  get speakers() {
    const fields = this._list.querySelectorAll("select");
    return Object.fromEntries([...fields].map(({ value }, at) => [this._names[at], JSON.parse(value)]));
  }

  _field(name, at, entries) {
    const select = element("select");
    const values = entries.map(([value]) => value);
    const picked = this._picked.get(name);
    fillSelect(select, entries, values.includes(picked) ? picked : values[at % values.length]);
    select.addEventListener("change", () => this._picked.set(name, select.value));
    return element("label", {}, element("span", {}, name), select);
  }
}

/** The voices for a select: first the chosen one, then those of its language with the genders in turn, then the rest. */
function entriesOf(voices, chosen) {
  const own = voices.filter(({ backend }) => backend === chosen.backend);
  const timbres = own.filter(isSpeaker).map(({ id, name, backend }) => entry(`${baseOf(chosen)}${id}`, name, backend));
  const [near, far] = [[], []];
  for (const voice of voices) {
    if (isSpeaker(voice) || (voice.id === chosen.id && voice.backend === chosen.backend)) continue;
    const isNear = voice.backend === chosen.backend && baseLanguage(voice) === baseLanguage(chosen);
    (isNear ? near : far).push(voice);
  }
  const others = [...inTurn(near, chosen.gender), ...far].map((voice) => entry(voice.id, nameOf(voice), voice.backend));
  return [["null", text("cast.chosen", { name: nameOf(chosen) })], ...timbres, ...others];
}

/** The voices, the other gender first and then alternating as long as there are both. */
function inTurn(voices, gender) {
  const other = voices.filter((voice) => voice.gender !== gender);
  const same = voices.filter((voice) => voice.gender === gender);
  const rounds = Array.from({ length: Math.max(other.length, same.length) }, (_, at) => [other[at], same[at]]);
  return rounds.flat().filter(Boolean);
}

function entry(voice, name, backend) {
  return [JSON.stringify({ voice, backend }), name === voice ? name : `${name} (${voice})`];
}

function baseOf({ id }) {
  return id.split("+")[0];
}
