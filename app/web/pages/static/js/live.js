/* News from the server: `on(event, listener)`. `missed` means: look at everything anew; `connected` that from now on
   nothing is missed, so that what a page was drawn with before may be old; `answered` that the server answers again
   after something was not answered: what failed can be asked once more. */
import { $, debounced } from "./dom.js";

const TOLD = ["checked", "operation", "target", "sources", "pictures"];
const listeners = Object.fromEntries(["change", "missed", "connected", "answered", ...TOLD].map((event) => [event, []]));
const [SOON_MS, LATE_MS] = [500, 8000];
const state = { run: document.documentElement.dataset.run, generation: Number(document.documentElement.dataset.generation) };
let source = null;
const outage = { timer: 0, pause: SOON_MS, ended: 0 };

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

/** Whether the server was away when it was last asked. */
export const isAway = () => $("#live").dataset.state === "offline";

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

/** Something was not answered, or by somebody else than the server: ask until it answers, and tell. */
export function unanswered() {
  if (outage.timer) return;
  if (performance.now() - outage.ended > 2 * LATE_MS) outage.pause = SOON_MS; // else the same again, and it is asked more rarely
  show("offline", "No connection");
  outage.timer = setTimeout(async () => {
    const alive = await fetch("/healthz").then(async (answer) => answer.ok && Boolean(await answer.json()), () => false);
    Object.assign(outage, { timer: 0, pause: Math.min(2 * outage.pause, LATE_MS), ended: performance.now() });
    if (!alive) return unanswered();
    if (source?.readyState === EventSource.OPEN) show("live", "Live");
    return tell("answered");
  }, outage.pause);
}

/** Have asked once more what failed; resolves when it has been. */
export const askAgain = () => Promise.all(listeners.answered.map((listener) => listener()));

/** Listen while the page can be seen: browsers allow a site only a few connections, over all its tabs. */
export function start() {
  document.addEventListener("visibilitychange", () => (document.hidden ? disconnect() : connect()));
  window.addEventListener("pagehide", disconnect);
  window.addEventListener("pageshow", () => document.hidden || connect());
  if (!document.hidden) connect();
}
