/* Data that somebody has typed in the workbench, on the pages beside it. They come along in the part of the address that
   no server sees; what a server was given to draw with is kept there for a while, by a key. */
import { render } from "./api.js";
import { editedData, load, state } from "./state.js";

/** Give them to the server once more; resolves to the address with the key of it, "" where there are none to give. */
export async function typedAgain(name) {
  await load();
  const text = editedData();
  if (text === null) return "";
  const { value } = await render(name, { text, lenient: state.lenient === "1" });
  const draft = new URLSearchParams(value?.preview.split("?")[1]).get("draft");
  if (!draft) return "";
  const query = new URLSearchParams(location.search);
  query.set("draft", draft);
  return `${location.pathname}?${query}`;
}

/** Have the links lead to pages that know them, too. */
export function takeAlong(links) {
  for (const link of links) link.hash = location.hash;
}
