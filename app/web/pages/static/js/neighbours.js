/* The ways from one template to those beside it, in the list and in the head of the page. */
import { $, $$ } from "./dom.js";
import { on } from "./live.js";
import { replaceList } from "./nav.js";
import { fetched } from "./parts.js";
import { portable, state } from "./state.js";

let typed = "";

/** Neighbouring templates open with the same settings; pages that show this one beside others, with what was typed as well. */
export function carry() {
  for (const link of $$("#nav-list a, .step a[href]")) link.search = portable();
  for (const link of $$("#compare, #matrix")) {
    const query = new URLSearchParams(link.search);
    for (const [name, value] of [["draft", typed], ["lenient", typed && state.lenient]]) {
      if (value) query.set(name, value);
      else query.delete(name); // of what was typed before
    }
    link.search = query;
    link.hash = typed ? location.hash : "";
  }
}

/** `draft` is the key by which the server has the data that were typed, "" for none. */
export function carryTyped(draft) {
  typed = draft;
  carry();
}

export function nextLanguage() {
  const links = $$("#languages a");
  const at = links.findIndex((link) => link.hasAttribute("aria-current"));
  if (links.length) location.assign(links[(at + 1) % links.length].href);
}

export function go(id) {
  const link = $(`a#${id}`);
  if (link) location.assign(link.href);
}

/** Take both from a page that is fetched anew: templates have come or gone. */
export async function reloadList() {
  late = true;
  const fresh = await fetched(location.href); // of one that is gone, the page for that is opened
  if (!fresh) return;
  late = false;
  replaceList(fresh);
  $(".step").replaceChildren(...$(".step", fresh).children);
  carry();
}

let late = false; // it is to be taken, and could not be had yet
on("answered", () => late && reloadList());
