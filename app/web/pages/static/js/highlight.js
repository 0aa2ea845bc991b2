/* Enough colour to read a source by: Mustache tags first, then the language around them. */
import { h } from "./dom.js";

const MUSTACHE = /\{\{\{[\s\S]*?\}\}\}|\{\{[\s\S]*?\}\}/y;
const LANGUAGES = {
  html: [["comment", /<!--[\s\S]*?-->/y], ["tag", /<\/?[a-zA-Z][\w:-]*|\/?>/y], ["string", /"[^"\n]*"/y]],
  css: [["comment", /\/\*[\s\S]*?\*\//y], ["tag", /@[\w-]+/y], ["string", /"[^"\n]*"|'[^'\n]*'/y], ["key", /--?[\w-]+(?=\s*:)|[\w-]+(?=\s*:)/y]],
  json: [["key", /"(?:[^"\\\n]|\\.)*"(?=\s*:)/y], ["string", /"(?:[^"\\\n]|\\.)*"/y]],
  txt: [],
};

/** The lines of `text`, each an array of text and coloured spans. */
export function highlight(text, file) {
  const rules = [["mustache", MUSTACHE], ...(LANGUAGES[file.split(".").pop()] ?? LANGUAGES.html)];
  const lines = [[]];
  let plain = "";
  const put = (kind, piece) => piece.split("\n").forEach((part, index) => {
    if (index) lines.push([]);
    if (part) lines.at(-1).push(kind ? h("span", { class: `t-${kind}` }, part) : part);
  });
  const flush = () => { put("", plain); plain = ""; };
  for (let at = 0; at < text.length;) {
    const [kind, match] = first(rules, text, at);
    if (match) {
      flush();
      if (kind === "string" || kind === "comment") nested(kind, match, put);
      else put(kind, match);
      at += match.length;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return lines;
}

function first(rules, text, at) {
  for (const [kind, pattern] of rules) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return [kind, match[0]];
  }
  return ["", ""];
}

/** Mustache inside an attribute or a comment stays visible as such. */
function nested(kind, piece, put) {
  let last = 0;
  for (const match of piece.matchAll(/\{\{\{[\s\S]*?\}\}\}|\{\{[\s\S]*?\}\}/g)) {
    put(kind, piece.slice(last, match.index));
    put("mustache", match[0]);
    last = match.index + match[0].length;
  }
  put(kind, piece.slice(last));
}
