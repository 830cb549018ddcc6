/** What the page would say, as a program: the same request for curl, Python and JavaScript. */

import { token } from "./access.js";
import { speechRequest } from "./requests.js";
import { text } from "./texts.js";

const WRITERS = { curl, python, javascript };

export class CodeView {
  /** `elements`: {open, dialog, close, choices, code, copy, note}; `request()` is what would be asked for. */
  constructor(elements, request) {
    this._elements = elements;
    this._request = request;
    const { open, dialog, close, choices, copy } = elements;
    open.addEventListener("click", () => {
      this._show();
      dialog.showModal();
    });
    close.addEventListener("click", () => dialog.close());
    choices.addEventListener("change", () => this._show());
    copy.addEventListener("click", () => this._copy());
  }

  _show() {
    const { choices, code, note } = this._elements;
    const language = choices.querySelector("input:checked").value;
    const address = new URL("tts", document.baseURI).href;
    code.textContent = WRITERS[language](address, speechRequest(this._request(), "wav"), token() !== "");
    note.textContent = "";
  }

  async _copy() {
    const { code, note } = this._elements;
    try {
      await navigator.clipboard.writeText(code.textContent);
      note.textContent = text("code.copied");
    } catch {
      getSelection().selectAllChildren(code);
      note.textContent = text("code.not-copied");
    }
  }
}

function curl(address, fields, hasToken) {
  const lines = [
    `curl ${address} --fail-with-body`,
    ...(hasToken ? ['-H "Authorization: Bearer $VOICE_SERVER_TOKEN"'] : []),
    "-H 'Content-Type: application/json'",
    `-d '${JSON.stringify(fields, null, 2).replaceAll("'", "'\\''")}'`,
    "-o speech.wav",
  ];
  return lines.join(" \\\n  ");
}

function python(address, fields, hasToken) {
  const head = ["import json", ...(hasToken ? ["import os"] : []), "import urllib.request", ""];
  const headers = ['"Content-Type": "application/json"', ...(hasToken ? ['"Authorization": f"Bearer {os.environ[\'VOICE_SERVER_TOKEN\']}"'] : [])];
  return [
    ...head,
    `fields = ${pythonOf(fields)}`,
    `headers = {${headers.join(", ")}}`,
    `request = urllib.request.Request("${address}", json.dumps(fields).encode(), headers)`,
    'with urllib.request.urlopen(request) as answer, open("speech.wav", "wb") as file:',
    "    file.write(answer.read())",
  ].join("\n");
}

/** A value as Python writes it; JSON's strings are Python's too. */
function pythonOf(value, indent = "") {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}    `;
  const lines = Object.entries(value).map(([key, each]) => `${inner}${JSON.stringify(key)}: ${pythonOf(each, inner)},\n`);
  return `{\n${lines.join("")}${indent}}`;
}

function javascript(address, fields, hasToken) {
  const headers = { "Content-Type": "application/json", ...(hasToken && { Authorization: "Bearer TOKEN" }) };
  return [
    `const answer = await fetch("${address}", {`,
    '  method: "POST",',
    `  headers: ${JSON.stringify(headers)},`,
    `  body: JSON.stringify(${JSON.stringify(fields, null, 2).replaceAll("\n", "\n  ")}),`,
    "});",
    "if (!answer.ok) throw new Error((await answer.json()).error);",
    "new Audio(URL.createObjectURL(await answer.blob())).play();",
  ].join("\n");
}
