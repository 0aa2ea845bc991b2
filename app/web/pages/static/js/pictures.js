/* How the open template stands against the approved pictures, and comparing anew. What is begun here goes on
   without this page, and is shown again by the next one that is opened. */
import * as api from "./api.js";
import { $, debounced, h } from "./dom.js";
import { on } from "./live.js";
import { notice } from "./notices.js";
import { inWords } from "./problem.js";
import { picturesProblem, standingPills } from "./standing.js";
import { withToken } from "./token.js";

const LOOK_MS = 1500;
const place = $("#pictures");
let name = "";
let followed = "";
let drawn = "";

export function startPictures(template) {
  name = template;
  look();
}

const again = debounced(look, 150);

async function look() {
  const { value, problem } = await api.getStandings(name);
  if (problem?.status) return draw(problem, () => [h("span", { class: "hint", role: "status" }, picturesProblem(problem))]);
  const standing = value?.templates[0];
  if (!standing?.standing) return draw(null, () => []);
  if (value.running && value.running !== followed) follow(value.running);
  return draw([standing, value.running], () => {
    const first = standing.snapshots.find((each) => each.standing === standing.standing);
    const pills = h("a", { href: `/review#${encodeURI(first.id)}`, class: "pictures-standing", title: "Open the review" }, standingPills(standing));
    return [pills, ...(value.running ? progress() : buttons())];
  });
}

/** Draw it anew if it is another; a button that is gone leaves the focus to the first that came. */
function draw(what, make) {
  const now = JSON.stringify(what);
  if (now === drawn) return;
  drawn = now;
  const focused = place.contains(document.activeElement);
  place.replaceChildren(...make());
  place.hidden = !place.childElementCount;
  if (focused) $("button, a", place)?.focus();
}

const buttons = () => [
  h("button", { type: "button", class: "button small", id: "compare-pictures", onclick: () => begin(name) }, "Compare pictures"),
  h("button", { type: "button", class: "button small", id: "compare-all", onclick: () => begin("") }, "Compare all"),
];

const progress = () => [
  h("progress", { id: "compare-progress", "aria-label": "Comparing" }),
  h("span", { class: "hint", id: "compare-step" }, "comparing"),
  h("button", { type: "button", class: "button small", id: "compare-cancel", onclick: stop }, "Cancel"),
];

async function begin(template) {
  const { value, problem } = await withToken((token) => api.compare(template, token));
  if (problem && !problem.operation) return notice(`Not compared. ${inWords(problem)}`);
  follow(value?.id ?? problem.operation);
  await look();
  return $("#compare-cancel")?.focus();
}

async function stop() {
  const { problem } = await withToken((token) => api.cancel(followed, token));
  if (problem) again();
}

/* News may be lost on the way; who follows something asks as well. */
function follow(id) {
  followed = id;
  const timer = setInterval(async () => {
    if (followed !== id) return clearInterval(timer);
    if (document.hidden) return undefined;
    const { value, problem } = await api.getOperation(id);
    if (value) show(value);
    else if (problem.status === 404) end(); // another server by now, which knows nothing of it
    return undefined;
  }, LOOK_MS);
}

function end() {
  followed = "";
  look();
}

async function show({ id, state, done, total, step }) {
  if (id !== followed) return;
  if (state === "running") {
    const bar = $("#compare-progress");
    if (!bar) return void again();
    if (total) Object.assign(bar, { max: total, value: Math.min(done, total) });
    else bar.removeAttribute("value");
    $("#compare-step").textContent = total ? `${done} of ${total}` : step || "comparing";
    return;
  }
  end();
  if (state === "cancelled") return void notice("The comparison was cancelled; pictures that were drawn are not drawn again.");
  const { value } = await api.getOperation(id);
  if (value?.comparison?.broken.length) notice(value.comparison.broken.join(" "));
  if (state === "failed") notice(`Not compared. ${inWords(value?.problem ?? {})}`);
}

on("operation", (news) => (news.id === followed ? show(news) : news.deed === "compare" && again()));
on("pictures", (news) => news.name === name && again());
on("change", ({ changed }) => changed.includes(name) && again());
on("connected", again);
on("answered", again);
window.addEventListener("focus", again); // something may have been decided in the review
