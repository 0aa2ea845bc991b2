/* One target: plan, look, carry out, follow. All that is long goes on without this page. */
import { begin, getOperation } from "./api.js";
import { $, debounced, h } from "./dom.js";
import { bind } from "./keys.js";
import { on, start } from "./live.js";
import { fetched, replaceParts } from "./parts.js";
import { problemCard } from "./problem.js";
import { withToken } from "./token.js";

const RETRY_MS = 5000;
const LOOK_AGAIN_MS = 30000; // somebody may have published from elsewhere
const LOOK_MS = 1500;
const target = $("#main").dataset.target;
const NAMES = { plan: "The plan", publish: "The publish", promote: "The promotion", rollback: "The rollback", verify: "The verification" };

/** The operation that is shown, "" for none. */
const shown = () => $("#operation").dataset.operation ?? "";
const isRunning = () => $("#operation").dataset.state === "running";
const say = (text) => { $("#said").textContent = text; };

let refreshing = Promise.resolve();

let typed = ""; // the reason, until something was begun with it: a plan that is made anew, here or by another server, has none

function refresh() {
  refreshing = refreshing.then(async () => {
    const page = await fetched(location.href);
    if (page) replaceParts(page);
    prepare();
  });
  return refreshing;
}
const again = debounced(refresh, 150);

/** What a freshly drawn part does not know: the names that were given before. */
function prepare() {
  const claimed = $("#claimed");
  if ($("#message") && !$("#message").value) $("#message").value = typed;
  if (claimed && !claimed.value) claimed.value = localStorage.getItem("bbws-reviewer") ?? "";
}

/* --- doing --------------------------------------------------------------------------------------- */

async function act(door, body, button) {
  if (button.disabled) return;
  button.disabled = true;
  $("#refused").replaceChildren();
  const { value, problem } = await withToken((token) => begin(target, door, body, token));
  button.disabled = false;
  if (problem) return refuse(problem);
  if (body.message) typed = "";
  await follow(value.id);
  say(`${NAMES[door]} of ${target} has begun.`);
}

/** Refused, in the server's words, with what to do. */
function refuse(problem) {
  const card = problemCard(problem);
  card.removeAttribute("role"); // its place is one already
  if (!problem.status) card.dataset.unanswered = "";
  if (problem.operation) {
    card.append(h("p", {}, h("button", { type: "button", class: "button", onclick: () => follow(problem.operation) }, "Follow what is being done")));
  }
  $("#refused").replaceChildren(card);
  card.scrollIntoView({ block: "nearest" });
  again();
}

/** Show an operation; its address can be opened anywhere else, and again. */
async function follow(id) {
  history.pushState(null, "", `?operation=${encodeURIComponent(id)}`);
  $("#refused").replaceChildren();
  await refresh();
  $("#operation").focus({ preventScroll: true });
  $("#operation").scrollIntoView({ block: "start" });
}

/* --- following ------------------------------------------------------------------------------------ */

function show({ id, state, done, total, step, deed }) {
  if (id !== shown()) {
    // Somebody else's: the part says that the target is busy, and the state what has become of it.
    if (!shown() || state !== "running" || !done) again();
    return;
  }
  if (state !== "running") {
    if (isRunning()) say(`${NAMES[deed]} of ${target} ${state === "done" ? "is done" : "has failed"}.`);
    again();
    return;
  }
  const bar = $("#progress");
  if (!bar) return void again();
  if (total) {
    bar.max = total;
    bar.value = Math.min(done, total);
  } else {
    bar.removeAttribute("value");
  }
  $("#step").textContent = step || "beginning";
}

on("operation", (news) => news.target === target && show(news));
on("target", ({ name }) => name === target && again());
for (const event of ["sources", "change", "missed", "answered"]) on(event, again);

// News may be lost on the way; who follows something asks as well.
setInterval(async () => {
  if (document.hidden || !isRunning()) return;
  const { value, problem } = await getOperation(shown());
  if (value) show(value);
  else if (problem.status === 404) refresh(); // another server by now, which knows nothing of it
}, LOOK_MS);
setInterval(() => document.hidden || !$("#state[data-retry]") || again(), RETRY_MS);
setInterval(() => document.hidden || again(), LOOK_AGAIN_MS);
window.addEventListener("popstate", refresh);

/* --- controls ------------------------------------------------------------------------------------ */

function plan(form) {
  const [action, from] = form.elements.what.value.split(/ (.*)/s);
  const body = { action, ...(from && { from }), ...(form.elements.pictures.checked ? {} : { pictures: false }) };
  act("plan", body, $("[type=submit]", form));
}
document.addEventListener("click", (event) => {
  const verify = event.target.closest("#verify");
  if (verify) act("verify", {}, verify);
  const back = event.target.closest("[data-back]");
  const pictures = $("#plan-form").elements.pictures.checked ? {} : { pictures: false };
  if (back) act("plan", { action: "rollback", release: back.dataset.back, ...pictures }, back);
});
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!["plan-form", "consent"].includes(form.id)) return;
  event.preventDefault();
  if (form.id === "plan-form") return void plan(form);
  const { message, claimed, breaking } = form.elements;
  localStorage.setItem("bbws-reviewer", claimed.value);
  const body = { plan: form.dataset.plan, message: message.value, claimedBy: claimed.value, ...(breaking?.checked && { allowBreaking: true }) };
  act(form.dataset.action, body, $("[type=submit]", form));
});

document.addEventListener("input", ({ target }) => { if (target.id === "message") typed = target.value; });
on("answered", () => {
  if ($("#refused [data-unanswered]")) $("#refused").replaceChildren(h("p", {}, "The server answers again. Whether it has begun what you asked for is not known: look at what is live before you ask for it once more."));
});

bind([
  { keys: ["g"], help: "All templates", action: () => location.assign("/") },
  { keys: ["e"], help: "All environments", action: () => location.assign("/environments") },
  { keys: ["p"], help: "Plan what is chosen", action: () => $("#plan-form").requestSubmit() },
  { keys: ["v"], help: "Verify every byte", action: () => $("#verify").click() },
]);
prepare();
start();
