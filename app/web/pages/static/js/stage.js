/* Several mails side by side. What is chosen stands in the address; the server draws the lists, this the frames. */
import { $, $$, h } from "./dom.js";
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
const LETTERS = "abcd";
const OF_ALL = ["width", "scheme", "client", "draft", "lenient"]; // what is that of every frame
let asked = 0;
let isDrawn = true; // whether what the address asks for is what is shown
let keys = null;

/** Put into each frame what its part of the page asks for. */
function draw() {
  const panes = $$(".pane");
  for (const pane of panes) {
    const box = $(".sheet", pane);
    if (!sheets.has(box)) {
      sheets.set(box, new Sheet(box, {
        onload: (mail) => { drawn(pane, mail); keys?.inside(mail); },
        onfactor: (factor) => {
          $("[data-factor]", pane).textContent = factor < 1 ? `${Math.round(factor * 100)} %` : "";
          step.again();
        },
      }));
    }
    const { address, title, width } = $("template", pane).dataset;
    const waits = sheets.get(box).show(address, { title, width: Number(width) });
    if (waits && real()) tell(pane, `${real()} draws this mail on the server …`, "Cancel", () => { $("#client").value = ""; choose($("#client")); });
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
  isDrawn = false;
  asked += 1;
  const mine = asked;
  const page = await fetched(address);
  if (!page || mine !== asked) return undefined;
  const given = giving ? await typedAgain(page) : "";
  if (given === null || mine !== asked) return undefined;
  if (given) return visit(given, false);
  comeAndGo(page);
  replaceParts(page);
  isDrawn = true;
  return draw();
}

/** Put in the frames of `page` that are new and take out those that it has no more: the others keep their mail, and where it is scrolled to. */
function comeAndGo(page) {
  const [panes, fresh] = [$(".panes"), $(".panes", page)];
  if (!panes || !fresh) return;
  const like = ({ dataset }, place) => $(`[data-pane="${dataset.pane}"]`, place);
  for (const pane of $$(".pane", panes)) {
    if (like(pane, fresh)) continue;
    const focused = pane.contains(document.activeElement);
    pane.remove();
    if (focused) $(".pane:last-child .viewport", panes)?.focus();
  }
  for (const pane of $$(".pane", fresh)) {
    if (like(pane, panes)) continue;
    const after = $$(".pane", panes).find(({ dataset }) => dataset.pane > pane.dataset.pane) ?? null;
    panes.insertBefore(document.importNode(pane, true), after);
  }
  Object.assign(panes.dataset, fresh.dataset);
}

/** All that is chosen: as the lists have it, or, where that is not drawn yet, the address, which knows of frames that are to come. */
const wanted = () => new URLSearchParams(isDrawn ? new FormData(form) : location.search);
const ask = (query) => visit(`${form.getAttribute("action")}?${query}`);

/** Show what is chosen, by these `lists` as well. */
function choose(...lists) {
  const query = wanted();
  for (const { name, value } of lists) query.set(name, value);
  ask(query);
}

/** Choose the entry after the chosen one, in one list or several at once. */
function next(selects, by = 1) {
  for (const select of selects) select.selectedIndex = (select.selectedIndex + by + select.length) % select.length;
  choose(...selects);
}

/** Choose the next of some entries of a list; what is chosen need be none of them. */
function cycle(select, values) {
  select.value = values[(values.indexOf(select.value) + 1) % values.length];
  choose(select);
}
const clients = (which) => ["", ...$$(`#client option${which}`).map((option) => option.value).filter(Boolean)];

/** The frames of a comparison, looked at as all are by now. */
function follow(link) {
  if (!link) return;
  const query = new URLSearchParams(link.search);
  const own = wanted();
  for (const name of OF_ALL) {
    if (own.has(name)) query.set(name, own.get(name));
    else query.delete(name);
  }
  ask(query);
}

/** One frame more, which shows what the last one does, or one less. */
function count(by) {
  const query = wanted();
  const of = (letter) => [...query.keys()].filter((name) => name.startsWith(`${letter}.`));
  const there = [...LETTERS].filter((letter) => of(letter).length);
  if (there.length + by < 1 || there.length + by > LETTERS.length) return;
  const last = there.at(-1);
  if (by < 0) for (const name of of(last)) query.delete(name);
  else for (const name of of(last)) query.set(name.replace(/^./, LETTERS[LETTERS.indexOf(last) + 1]), query.get(name));
  ask(query);
}

function setStep(held) {
  step.on = held;
  $("#in-step").checked = held;
  if (held && step.places.length) step.follow(step.places[0]);
}

// The lists of the frames are no children of the form, but belong to it.
document.addEventListener("change", (event) => event.target.form === form && event.target.name && choose(event.target));
form.addEventListener("submit", (event) => { event.preventDefault(); choose(); });
$("#in-step").addEventListener("change", (event) => setStep(event.target.checked));
document.addEventListener("click", (event) => {
  const link = event.target.closest(".comparisons a, #more, #fewer");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.id === "more" || link.id === "fewer") count(link.id === "more" ? 1 : -1);
  else follow(link);
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
  { keys: ["n"], help: "One frame more", action: () => count(1) },
  { keys: ["x"], help: "Without the last frame", action: () => count(-1) },
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
