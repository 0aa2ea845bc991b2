/* Parts of a page that the server draws anew: fetched as a whole page, put in where they differ. */
import { $, $$ } from "./dom.js";
import { unanswered } from "./live.js";

/** The page at `address` as a document; null when it cannot be had. One that is gone is left, for what says so. */
export async function fetched(address) {
  try {
    const response = await fetch(address, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (!page.documentElement.dataset.run && !$("#strip", page)) throw new TypeError("It is a page of somebody else's, such as a proxy's.");
    if (response.status === 404 && new URL(address, location.href).pathname === location.pathname) location.reload();
    return response.ok ? page : null;
  } catch {
    unanswered(); // the light says that there is no connection, and the next news brings it
    return null;
  }
}

/** Put in every `[data-part]` of `page` that differs. One with a `data-key` only when that is another: nothing typed is lost. */
export function replaceParts(page) {
  for (const fresh of $$("[data-part]", page)) {
    const part = $(`[data-part="${CSS.escape(fresh.dataset.part)}"]`);
    if (!part || (fresh.dataset.key !== undefined ? fresh.dataset.key === part.dataset.key : fresh.outerHTML === part.outerHTML)) continue;
    const focused = part.contains(document.activeElement) ? document.activeElement.id || part.id : "";
    part.replaceWith(document.adoptNode(fresh));
    if (focused) (document.getElementById(focused) ?? fresh).focus({ preventScroll: true });
  }
}
