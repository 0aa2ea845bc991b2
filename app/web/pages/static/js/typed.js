/* Data that somebody has typed in the workbench, on the pages beside it. They come along in the part of the address that
   no server sees; what a server was given to draw with is kept there for a while, by a key. */
import { render } from "./api.js";
import { $ } from "./dom.js";
import { editedData, load, state } from "./state.js";

/** Whether there are typed data that `page` is not drawn with: the server has let them go, or was never given them. */
export const isWithoutTyped = (page) =>
  $("[data-lost-draft]", page) !== null || (location.hash.startsWith("#data=") && !new URLSearchParams(location.search).has("draft"));

/** Where `page` is without them, give them once more; resolves to the address with the key by which the server has them,
 *  "" where there is nothing to give or it is not taken, null where nobody answers. */
export async function typedAgain(page) {
  if (!isWithoutTyped(page)) return "";
  await load();
  const text = editedData();
  if (text === null) return "";
  const lenient = state.lenient === "1" || $('[data-part="draft"] [name="lenient"]') !== null;
  const { value, problem } = await render($("#main").dataset.name, { text, lenient });
  if (problem?.status === 0) return null;
  const draft = new URLSearchParams(value?.preview.split("?")[1]).get("draft");
  if (!draft) return "";
  const query = new URLSearchParams(location.search);
  query.set("draft", draft);
  if (lenient) query.set("lenient", "1");
  return `${location.pathname}?${query}`;
}

/** Have the links lead to pages that know them, too. */
export function takeAlong(links) {
  for (const link of links) link.hash = location.hash;
}
