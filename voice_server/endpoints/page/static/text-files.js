/** A text from a file that was chosen or dropped: plain text, Markdown, or a book in EPUB. */

import { textOfBook } from "./epub.js";
import { text } from "./texts.js";

const MOST_BYTES = 20 * 1024 * 1024;
const MOST_CHARS = 2_000_000; // what the server speaks as one text
const TEXT_NAME = /\.(txt|md|markdown|text|srt|ssml|xml)$/i;

/** The text of a file. Throws an Error with a message for the user. */
export async function textOf(file) {
  if (file.size > MOST_BYTES) throw new Error(text("file.too-big"));
  const isBook = /\.epub$/i.test(file.name);
  if (!isBook && !TEXT_NAME.test(file.name) && !file.type.startsWith("text/")) {
    throw new Error(text("file.kind", { name: file.name }));
  }
  const bytes = await file.arrayBuffer();
  const found = isBook ? await textOfBook(bytes) : decoded(bytes);
  if (found === null || found.trim() === "") throw new Error(text("file.unreadable", { name: file.name }));
  if (found.length > MOST_CHARS) throw new Error(text("file.too-big"));
  return found;
}

/** Bytes as text: UTF-8 or UTF-16 as they say, and else what old files are; null where they are no text. */
function decoded(bytes) {
  const [first, second] = new Uint8Array(bytes.slice(0, 2));
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return new TextDecoder(first === 0xff ? "utf-16le" : "utf-16be").decode(bytes);
  }
  if (new Uint8Array(bytes).includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}

/** Take files that are chosen with `input` or dropped on `place`. */
export function takeFiles({ input, place }, take) {
  input.addEventListener("change", () => {
    if (input.files[0]) take(input.files[0]);
    input.value = ""; // so that the same file may be chosen again
  });
  place.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    place.classList.add("over");
  });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    place.classList.remove("over");
    if (!event.dataTransfer.files[0]) return;
    event.preventDefault();
    take(event.dataTransfer.files[0]);
  });
}
