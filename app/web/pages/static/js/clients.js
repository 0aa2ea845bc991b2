/* What an approximation of a mail client models, and what it did to this mail. */
import { h } from "./dom.js";

/** Fill `place` with an account of `client`; empty it without one. */
export function clientNote(place, client) {
  place.hidden = !client;
  if (!client) return place.replaceChildren();
  const source = (text) => (text.startsWith("https://") ? h("a", { href: text.split(" ")[0], rel: "noopener noreferrer", target: "_blank" }, text.replace("https://", "")) : text);
  const sources = client.sources.flatMap((text, index) => [index ? "; " : "", source(text)]);
  return place.replaceChildren(
    h("p", {}, h("strong", {}, `Approximation: ${client.label}. `), client.notes.length ? `In this mail: ${client.notes.join("; ")}.` : "It changes nothing in this mail."),
    h("details", {}, h("summary", {}, "What it models"),
      h("p", {}, client.models), h("p", {}, `Left out: ${client.leavesOut}`), h("p", {}, "Sources: ", ...sources)));
}
