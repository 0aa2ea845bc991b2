/* What is live where: follows every target by itself. */
import { $, debounced } from "./dom.js";
import { bind } from "./keys.js";
import { on, start } from "./live.js";
import { fetched, replaceParts } from "./parts.js";

const RETRY_MS = 5000;
const LOOK_AGAIN_MS = 30000; // somebody may have published from elsewhere

const again = debounced(async () => {
  const page = await fetched(location.href);
  if (page) replaceParts(page);
}, 150);

for (const event of ["target", "sources", "change", "missed", "answered"]) on(event, again);
on("operation", ({ state, done }) => (state !== "running" || !done) && again());
setInterval(() => document.hidden || !$("[data-retry]") || again(), RETRY_MS);
setInterval(() => document.hidden || again(), LOOK_AGAIN_MS);

bind([{ keys: ["g"], help: "All templates", action: () => location.assign("/") }]);
start();
