/* News from the server: `on(event, listener)`. `missed` means: look at everything anew; `connected` that from now on
   nothing is missed, so that what a page was drawn with before may be old. */
import { $, debounced } from "./dom.js";

const TOLD = ["checked", "operation", "target", "sources", "pictures"];
const listeners = Object.fromEntries(["change", "missed", "connected", ...TOLD].map((event) => [event, []]));
const state = { run: document.documentElement.dataset.run, generation: Number(document.documentElement.dataset.generation) };
let source = null;

export function on(event, listener) {
  listeners[event].push(listener);
}

function tell(event, data) {
  for (const listener of listeners[event]) listener(data);
}

const calmDown = debounced(() => show("live", "Live"), 1500);

function show(name, label) {
  const light = $("#live");
  light.dataset.state = name;
  $(".label", light).textContent = label;
}

function banner(text) {
  $("#banner").hidden = !text;
  $("#banner").textContent = text ? `${text} The last readable state is shown.` : "";
}

function connect() {
  if (source) return;
  source = new EventSource("/events");
  source.addEventListener("hello", (message) => {
    const hello = JSON.parse(message.data);
    show("live", "Live");
    if (hello.run !== state.run || hello.generation !== state.generation) {
      Object.assign(state, hello);
      tell("missed", hello);
    }
    tell("connected", hello);
  });
  source.addEventListener("change", (message) => {
    const change = JSON.parse(message.data);
    state.generation = change.generation;
    banner(change.problem);
    show("updated", "Updated");
    calmDown();
    tell("change", change);
  });
  for (const event of TOLD) source.addEventListener(event, (message) => tell(event, JSON.parse(message.data)));
  source.addEventListener("error", () => {
    show("offline", "No connection");
    // A browser gives up for good when the answer is not a stream, as while the server restarts.
    if (source.readyState === EventSource.CLOSED) {
      disconnect();
      setTimeout(() => document.hidden || connect(), 1000);
    }
  });
}

function disconnect() {
  source?.close();
  source = null;
}

/** Listen while the page can be seen: browsers allow a site only a few connections, over all its tabs. */
export function start() {
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", () => document.hidden || connect());
  if (!document.hidden) connect();
}
