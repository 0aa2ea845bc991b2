/* The ways from one template to those beside it, in the list and in the head of the page. */
import { $, $$ } from "./dom.js";
import { on } from "./live.js";
import { replaceList } from "./nav.js";
import { fetched } from "./parts.js";
import { portable } from "./state.js";

/** Neighbouring templates open with the same settings. */
export function carry() {
  for (const link of $$("#nav-list a, .step a[href]")) link.search = portable();
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
