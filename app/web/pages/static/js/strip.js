/* The strip that says what is live per target. */
import { $, debounced } from "./dom.js";
import { on } from "./live.js";
import { fetched } from "./parts.js";

const again = debounced(async () => {
  const fresh = $("#strip", (await fetched("/strip")) ?? undefined);
  const strip = $("#strip");
  if (fresh && strip && fresh.outerHTML !== strip.outerHTML) strip.replaceWith(document.adoptNode(fresh));
}, 200);

export function startStrip() {
  for (const event of ["target", "sources", "change", "missed", "connected", "answered"]) on(event, again);
  on("operation", ({ state }) => state !== "running" && again());
}
