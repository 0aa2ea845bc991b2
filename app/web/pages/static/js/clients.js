/* What a mail client is, real or approximated, and what it did to this mail. */
import { h } from "./dom.js";

/** Fill `place` with an account of `client`; empty it without one. */
export function clientNote(place, client) {
  place.hidden = !client;
  if (!client) return place.replaceChildren();
  return place.replaceChildren(...(client.real ? real(client) : approximation(client)));
}

function real(client) {
  const said = client.version ? `${client.version}, its own code on this machine.` : `It is not on this machine. ${client.remedy}`;
  return [
    h("p", {}, h("strong", {}, `${client.label} `), said),
    h("details", {}, h("summary", {}, "What is real"), h("p", {}, client.models), h("p", {}, `Not there: ${client.leavesOut}`)),
  ];
}

function approximation(client) {
  const source = (text) => (text.startsWith("https://") ? h("a", { href: text.split(" ")[0], rel: "noopener noreferrer", target: "_blank" }, text.replace("https://", "")) : text);
  const sources = client.sources.flatMap((text, index) => [index ? "; " : "", source(text)]);
  const better = client.poorerThan.length ? h("p", {}, `The poorer choice: ${client.poorerThan.join(" and ")} really ${client.poorerThan.length > 1 ? "do" : "does"} this, and can be chosen here.`) : null;
  return [
    h("p", {}, h("strong", {}, `Approximation: ${client.label}. `), client.notes.length ? `In this mail: ${client.notes.join("; ")}.` : "It changes nothing in this mail."),
    better,
    h("details", {}, h("summary", {}, "What it models"),
      h("p", {}, client.models), h("p", {}, `Left out: ${client.leavesOut}`), h("p", {}, "Sources: ", ...sources)),
  ].filter(Boolean);
}
