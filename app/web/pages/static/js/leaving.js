/* The way to another page of ours while the server is away: it would end at the browser's own page for that, and what is
   shown would be lost. It is gone once the server answers. Where a browser does not tell of ways, they are as ever. */
import { $, h } from "./dom.js";
import { isAway, on } from "./live.js";

const HELD = ["push", "replace", "reload"]; // back and forward have what they lead to
let way = null;

function hold(event) {
  const { destination, navigationType: kind, hashChange, downloadRequest, formData } = event;
  const leads = HELD.includes(kind) && !destination.sameDocument && !hashChange && !downloadRequest && !formData;
  if (!leads || !isAway() || !event.cancelable || new URL(destination.url).origin !== location.origin) return;
  event.preventDefault();
  want(() => (kind === "reload" ? location.reload() : location.assign(destination.url)));
}

function want(wanted) {
  way = wanted;
  $("#leaving").hidden = !way;
  $("#leaving").replaceChildren(...(way ? [
    h("span", {}, "The preview does not answer: what you have opened comes as soon as it does."),
    h("button", { type: "button", class: "button small", onclick: () => want(null) }, "Stay here"),
  ] : []));
}

function go() {
  if (!way || isAway()) return;
  const gone = way;
  want(null);
  gone();
}

window.navigation?.addEventListener("navigate", hold);
for (const event of ["connected", "answered"]) on(event, go);
