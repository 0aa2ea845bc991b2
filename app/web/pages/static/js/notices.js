/* What a person must know of, and may undo. */
import { $, h } from "./dom.js";

export const putAway = () => { $("#notice").hidden = true; };

/** Say something that stays until it is put away; `undo` takes back what was done. */
export function notice(text, undo) {
  $("#notice").replaceChildren(h("span", {}, text),
    undo ? h("button", { type: "button", class: "link", onclick: () => { putAway(); undo(); } }, "Undo") : null,
    h("button", { type: "button", class: "button small icon", "aria-label": "Put the notice away", onclick: putAway }, "×"));
  $("#notice").hidden = false;
}
