/* The ways from one template to those beside it, in the list and in the head of the page. */
import { $, $$ } from "./dom.js";
import { replaceList } from "./nav.js";
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
  const response = await fetch(location.href);
  if (!response.ok) return location.reload(); // the template is gone; the page for that says so
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  replaceList(fresh);
  $(".step").replaceChildren(...$(".step", fresh).children);
  carry();
  return undefined;
}
