/**
 * Controls for the options of a backend, made from their declarations in `ready`.
 *
 * Only options that the user changed are sent, so that the server's configured defaults apply to the others.
 */

import { hasText, language, text } from "./texts.js";

const WIDEST_SLIDER = 1000; // beyond this range a number is typed

export class Options {
  /** `main` takes the control of `speed`, `more` all others. */
  constructor(main, more) {
    this._main = main;
    this._more = more;
    this._touched = {};
  }

  /** Show the options of a backend. */
  show(options) {
    this._touched = {};
    const speed = options.filter((option) => option.name === "speed");
    const others = options.filter((option) => option.name !== "speed" && !option.ignored);
    this._main.replaceChildren(...speed.map((option) => this._field(option)));
    this._more.replaceChildren(...others.map((option) => this._field(option)));
    return others.length;
  }

  /** The options that the user changed, by name. */
  get chosen() {
    return { ...this._touched };
  }

  _field(option) {
    const id = `option-${option.name}`;
    const label = document.createElement("label");
    label.htmlFor = id;
    label.textContent = nameOf(option);
    const field = document.createElement("div");
    field.className = `field ${option.kind}`;
    const control = controlOf(option);
    control.id = id;
    field.append(label, control);
    if (control.type === "range") field.append(shownValue(control));
    if (option.description) field.append(description(option, control));
    control.addEventListener("input", () => this._take(option, control));
    return field;
  }

  _take(option, control) {
    const isNumber = option.kind === "number" || option.kind === "integer";
    if (isNumber && (control.value === "" || !control.validity.valid)) {
      delete this._touched[option.name];
      return;
    }
    this._touched[option.name] =
      option.kind === "boolean" ? control.checked : isNumber ? Number(control.value) : control.value;
  }
}

/** An option's name in words; the options of a backend are its own, and most are named in English. */
function nameOf({ name }) {
  const key = `option.${name}`;
  return hasText(key) ? text(key) : name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
}

function controlOf(option) {
  if (option.kind === "choice") return choiceOf(option);
  const control = document.createElement("input");
  if (option.kind === "boolean") {
    control.type = "checkbox";
    control.checked = option.default === true;
  } else if (option.kind === "text") {
    control.type = "text";
    control.value = option.default ?? "";
  } else {
    becomeNumber(control, option);
  }
  return control;
}

function choiceOf({ choices, default: chosen }) {
  const control = document.createElement("select");
  control.append(...choices.map((choice) => new Option(choice, choice, choice === chosen, choice === chosen)));
  return control;
}

function becomeNumber(control, { kind, minimum, maximum, default: value }) {
  const range = minimum === null || maximum === null ? Infinity : maximum - minimum;
  control.type = range <= WIDEST_SLIDER ? "range" : "number";
  if (minimum !== null) control.min = minimum;
  if (maximum !== null) control.max = maximum;
  control.step = kind === "integer" ? 1 : range <= 10 ? 0.05 : 1;
  if (control.type === "number" && kind === "number") control.step = "any";
  if (value !== null) control.value = value;
}

function shownValue(control) {
  const output = document.createElement("output");
  output.htmlFor = control.id;
  const show = () => (output.textContent = Number(control.value).toLocaleString(language, { maximumFractionDigits: 2 }));
  control.addEventListener("input", show);
  show();
  return output;
}

function description(option, control) {
  const element = document.createElement("p");
  element.className = "hint";
  element.id = `${control.id}-hint`;
  element.textContent = option.description;
  control.setAttribute("aria-describedby", element.id);
  return element;
}
