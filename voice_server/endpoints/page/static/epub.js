/** The text of a book in EPUB: a ZIP file of pages in XHTML, whose order its package document says. */

const END_OF_DIRECTORY = 0x06054b50;
const BLOCKS = "p, h1, h2, h3, h4, h5, h6, li, blockquote, pre, tr, div, section, hr, dt, dd";
const NOT_READ = "script, style, nav, [hidden], rt, rp";
const XHTML = "application/xhtml+xml";

// The documents are parsed apart from the page: nothing in them runs or is loaded.
const parsing = globalThis.trustedTypes?.createPolicy("book", { createHTML: (markup) => markup });

/** The text of a book, chapter after chapter; null where the bytes are no book. */
export async function textOfBook(bytes) {
  try {
    const files = filesIn(bytes);
    const read = async (path, type) => parsed(await textIn(bytes, files.get(path)), type);
    const container = await read("META-INF/container.xml", "application/xml");
    const root = container.querySelector("rootfile").getAttribute("full-path");
    const book = await read(root, "application/xml");
    const hrefs = new Map([...book.querySelectorAll("manifest > item")].map((item) => [item.id, item.getAttribute("href")]));
    const chapters = [];
    for (const { attributes } of book.querySelectorAll("spine > itemref")) {
      const path = new URL(hrefs.get(attributes.idref.value), `zip:///${root}`).pathname.slice(1);
      chapters.push(spokenText(await read(decodeURIComponent(path), XHTML)));
    }
    return chapters.filter(Boolean).join("\n\n");
  } catch {
    return null;
  }
}

/** Where each file of a ZIP file is: {at, size, isDeflated} by path. */
function filesIn(bytes) {
  const view = new DataView(bytes);
  let end = bytes.byteLength - 22;
  while (view.getUint32(end, true) !== END_OF_DIRECTORY) end -= 1;
  const files = new Map();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
    const name = new TextDecoder().decode(new Uint8Array(bytes, at + 46, nameLength));
    files.set(name, {
      at: view.getUint32(at + 42, true),
      size: view.getUint32(at + 20, true),
      isDeflated: view.getUint16(at + 10, true) === 8,
    });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return files;
}

async function textIn(bytes, { at, size, isDeflated }) {
  const view = new DataView(bytes);
  const begin = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  const stored = new Blob([bytes.slice(begin, begin + size)]).stream();
  const plain = isDeflated ? stored.pipeThrough(new DecompressionStream("deflate-raw")) : stored;
  return new Response(plain).text();
}

function parsed(markup, type) {
  return new DOMParser().parseFromString(parsing ? parsing.createHTML(markup) : markup, type);
}

/** The text of a page, a paragraph for each of its blocks. */
function spokenText(page) {
  const body = page.querySelector("body");
  if (!body) return "";
  for (const unread of body.querySelectorAll(NOT_READ)) unread.remove();
  for (const text of textsIn(body)) text.data = text.data.replace(/\s+/g, " ");
  for (const end of body.querySelectorAll("br")) end.replaceWith("\n");
  for (const block of body.querySelectorAll(BLOCKS)) block.append("\n\n");
  return body.textContent.replace(/ *\n */g, "\n").replace(/\n{3,}/g, "\n\n").trim();
}

function* textsIn(body) {
  const walker = body.ownerDocument.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) yield walker.currentNode;
}
