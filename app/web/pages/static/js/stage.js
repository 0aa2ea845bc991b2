/* Several mails side by side. What is chosen stands in the address; the server draws the lists, this the frames. */
import { $, $$, h } from "./dom.js";
import { dress } from "./fonts.js";
import { bind } from "./keys.js";
import { on, start } from "./live.js";
import { fetched, replaceParts } from "./parts.js";
import { Sheet } from "./sheet.js";
import { InStep } from "./step.js";
import { isWithoutTyped, takeAlong, typedAgain } from "./typed.js";
import { rootOf } from "./unspoilt.js";

const form = $("#stage");
const step = new InStep();
const sheets = new WeakMap();
let asked = 0;
let keys = null;

/** Put into each frame what its part of the page asks for. */
function draw() {
  const panes = $$(".pane");
  for (const pane of panes) {
    const box = $(".sheet", pane);
    if (!sheets.has(box)) {
      sheets.set(box, new Sheet(box, {
        onload: (mail) => { drawn(pane, mail); keys?.inside(mail); dress(mail); },
        onfactor: (factor) => { $("[data-factor]", pane).textContent = factor < 1 ? `${Math.round(factor * 100)} %` : ""; },
      }));
    }
    const { address, title, width } = $("template", pane).dataset;
    const waits = sheets.get(box).show(address, { title, width: Number(width) });
    if (waits && real()) tell(pane, `${real()} draws this mail on the server …`, "Cancel", () => { $("#client").value = ""; choose(); });
    else if (!real()) tell(pane, "");
  }
  step.hold(panes.map((pane) => $(".viewport", pane)));
  takeAlong([$("#workbench"), $("#matrix-link")]);
}

/** The label of the real client that is chosen, "" for none. */
function real() {
  const [option] = $("#client").selectedOptions;
  return option?.hasAttribute("data-real") ? option.textContent : "";
}

/** Above the mail of a frame: what is going on there, and what can be done about it; nothing without words. */
function tell(pane, words, label, act) {
  const place = $(".pane-drawing", pane);
  const focused = place.contains(document.activeElement);
  place.hidden = !words;
  place.replaceChildren(...(words ? [h("span", {}, words), h("button", { type: "button", class: "button small", onclick: act }, label)] : []));
  if (focused) ($("button", place) ?? $("#client")).focus();
}

/** What a client has drawn has come, or why there is nothing, which may be another in a moment. */
function drawn(pane, mail) {
  const busy = real() && rootOf(mail).dataset.failed === "503";
  tell(pane, busy ? "Not drawn." : "", "Try again", () => { sheets.get($(".sheet", pane)).address = ""; draw(); });
}

/** Show what `address` asks for, without leaving the page; a newer call overtakes an older one. What was typed and is not
 *  kept any more is given once more, before a fixture takes its place. */
async function visit(address, giving = true) {
  history.replaceState(null, "", address + location.hash);
  asked += 1;
  const mine = asked;
  const page = await fetched(address);
  if (!page || mine !== asked) return undefined;
  const given = giving ? await typedAgain(page) : "";
  if (given === null || mine !== asked) return undefined;
  if (given) return visit(given, false);
  replaceParts(page);
  return draw();
}

/** Likewise for what the lists say by now. */
function choose() {
  visit(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
}

/** Choose the entry after the chosen one, in one list or several at once. */
function next(selects, by = 1) {
  for (const select of selects) select.selectedIndex = (select.selectedIndex + by + select.length) % select.length;
  choose();
}

/** Choose the next of some entries of a list; what is chosen need be none of them. */
function cycle(select, values) {
  select.value = values[(values.indexOf(select.value) + 1) % values.length];
  choose();
}
const clients = (which) => ["", ...$$(`#client option${which}`).map((option) => option.value).filter(Boolean)];

const follow = (link) => link && visit(link.getAttribute("href"));

function setStep(held) {
  step.on = held;
  $("#in-step").checked = held;
  if (held && step.places.length) step.follow(step.places[0]);
}

// The lists of the frames are no children of the form, but belong to it.
document.addEventListener("change", (event) => event.target.form === form && event.target.name && choose());
form.addEventListener("submit", (event) => { event.preventDefault(); choose(); });
$("#in-step").addEventListener("change", (event) => setStep(event.target.checked));
document.addEventListener("click", (event) => {
  const link = event.target.closest(".comparisons a, #more, #fewer");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  follow(link);
});

const of = (part) => $$(`.pane-choices select[name$=".${part}"]`);
keys = bind([
  { keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"], shown: ["1", "…", "9"], help: "A comparison of those above the frames", action: (key) => follow($$(".comparisons a")[key - 1]) },
  { keys: ["f"], help: "Next fixture, in every frame", action: () => next(of("fixture")) },
  { keys: ["F"], help: "Previous fixture, in every frame", action: () => next(of("fixture"), -1) },
  { keys: ["w"], help: "Next width", action: () => next([$("#width")]) },
  { keys: ["d"], help: "Light or dark", action: () => next([$("#scheme")]) },
  { keys: ["c"], help: "Next approximation of a mail client", action: () => cycle($("#client"), clients(":not([data-real])")) },
  { keys: ["C"], help: "Next real mail client", action: () => cycle($("#client"), clients("[data-real]")) },
  { keys: ["s"], help: "Scroll in step, or each by itself", action: () => setStep(!step.on) },
  { keys: ["n"], help: "One frame more", action: () => follow($("#more")) },
  { keys: ["x"], help: "Without the last frame", action: () => follow($("#fewer")) },
  { keys: ["m"], help: "All variants on one sheet", action: () => location.assign($("#matrix-link").href) },
  { keys: ["o"], help: "This mail alone, in the workbench", action: () => location.assign($("#workbench").href) },
  { keys: ["g"], help: "All templates", action: () => location.assign("/") },
  { keys: [], shown: ["Esc"], help: "Leave a field, or the mail" },
]);

const again = () => visit(location.pathname + location.search);
const shown = () => $$(".pane template").map((each) => each.dataset.mail);
on("change", ({ changed, added, removed }) => {
  if (added.length || removed.length || changed.some((name) => shown().includes(name))) again();
});
on("target", again);
on("missed", again);
on("answered", again);
on("connected", () => $("#main").dataset.asking && again()); // a target may have answered in between

draw();
start();
if (isWithoutTyped(document)) again();
