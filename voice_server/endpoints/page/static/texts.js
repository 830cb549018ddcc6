/**
 * The page's texts in the browser's language: one JSON file a language, all with the same keys.
 *
 * The markup has them in English, each with its key: `data-text` for what an element says, `data-label`,
 * `data-title` and `data-placeholder` for its attributes.
 */

const LANGUAGES = ["en", "de", "es", "fr", "zh", "ja"];
const ATTRIBUTES = { label: "aria-label", title: "title", placeholder: "placeholder", empty: "data-empty" };

/** The tag of the language that the page speaks: the first of the browser's that it knows, or English. */
export const language =
  navigator.languages.map((tag) => tag.split("-")[0].toLowerCase()).find((tag) => LANGUAGES.includes(tag)) ?? "en";

const texts = await (await fetch(new URL(`./language-${language}.json`, import.meta.url))).json();

/** The text of a key, with `{name}` replaced by the value of that name. */
export function text(key, values = {}) {
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** Whether there is a text of this key. */
export function hasText(key) {
  return key in texts;
}

/** Put the texts into the markup. */
export function translatePage() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
    for (const element of document.querySelectorAll(`[data-${name}]`)) {
      element.setAttribute(attribute, text(element.dataset[name]));
    }
  }
}
