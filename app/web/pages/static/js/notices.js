/* What a person must know of, and may undo. */
import { $, $$, h } from "./dom.js";

const PLAIN = ":not([data-undo])";

function take(line) {
  line.remove();
  $("#notice").hidden = !$("#notice").childElementCount;
}

/** What can be undone stays: nobody was asked about it. */
export const putAway = () => $$(`.notice-line${PLAIN}`).forEach(take);

/** Say something that stays until it is put away, or until something else is said; `undo` takes back what was done, and stays.
 *  With `instead`, a button of that name does something else about it, for as long as it is said. */
export function notice(text, undo, { instead = "" } = {}) {
  putAway();
  const line = h("div", { class: "notice-line", "data-undo": Boolean(undo) && !instead }, h("span", {}, text),
    undo ? h("button", { type: "button", class: "link", onclick: () => { take(line); undo(); } }, instead || "Undo") : null,
    h("button", { type: "button", class: "button small icon", "aria-label": "Put the notice away", onclick: () => take(line) }, "×"));
  $("#notice").append(line);
  $("#notice").hidden = false;
}
