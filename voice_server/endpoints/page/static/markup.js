/** Marks of Markdown and tags of SSML in a text: the transcript leaves them out, as the voice does. */

const MARKS = [
  /^[ \t]*(?:`{3}|~{3}).*\n?/, // the fence of a block of code
  /^[ \t]{0,3}#{1,6}[ \t]+/, // a heading
  /^[ \t]{0,3}>[ \t]?/, // a quotation
  /^[ \t]*(?:[*_\-][ \t]*){3,}$/, // a line across
  /^[ \t]*\|?(?:[ \t]*:?-{3,}:?[ \t]*\|)+[ \t\-:]*$\n?/, // the line below a table's head
  /(?<bullet>^[ \t]*[*+\-](?=[ \t]))/,
  /\*{1,3}(?=\S)(?<![\p{L}\p{N}]\*{1,3})|(?<=\S)\*{1,3}(?![\p{L}\p{N}*])/, // emphasis
  /_{1,2}(?=\S)(?<![\p{L}\p{N}_]_{1,2})|(?<=\S)_{1,2}(?![\p{L}\p{N}_])/,
  /~~|`+/,
  /!?\[(?=[^\]\n]*\]\()|\]\([^()\n]*\)/, // a link
];
const MARKDOWN = new RegExp(MARKS.map(({ source }) => source).join("|"), "gmu");
const TAG = /<[^<>]*>/gu;

/** The marks in and beside a part of a text: [from, to, what is shown instead]. */
export function marksIn(text, from, to, isSsml) {
  const begin = text.lastIndexOf("\n", from - 1) + 1;
  const end = text.indexOf("\n", to);
  const lines = text.slice(begin, end === -1 ? undefined : end);
  return [...lines.matchAll(isSsml ? TAG : MARKDOWN)].map(({ 0: mark, index, groups }) => [
    begin + index,
    begin + index + mark.length,
    groups?.bullet === undefined ? "" : mark.replace(/[*+-]$/, "•"),
  ]);
}

/** A part of a text without its marks. */
export function withoutMarks(text, from, to, marks) {
  let shown = "";
  let at = from;
  for (const [begin, end, instead] of marks) {
    if (end <= at || begin >= to) continue;
    shown += text.slice(at, Math.max(at, begin));
    if (begin >= at) shown += instead;
    at = end;
  }
  return at < to ? shown + text.slice(at, to) : shown;
}
