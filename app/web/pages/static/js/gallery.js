/* The gallery: search, filter, thumbnails that follow every save. */
import { getStandings, listChecks, searched } from "./api.js";
import { followCut, hasArrived, isOther } from "./arrivals.js";
import { $, $$, badges, debounced, press } from "./dom.js";
import { bind } from "./keys.js";
import { on, start, unanswered } from "./live.js";
import { keepColours } from "./paper.js";
import { fetched, replaceParts } from "./parts.js";
import { picturesProblem, standingPills } from "./standing.js";
import { startStrip } from "./strip.js";

const search = $("#search");
const filters = $("#filters");
const language = () => $("#language")?.value ?? ""; // where there is more than one
let wanted = "all";

/* What the server has found for what is typed: name to its place among them, best first. */
let found = new Map();

const ask = debounced(async () => {
  const question = search.value;
  const matches = await searched(question);
  if (question !== search.value) return;
  found = matches;
  filter();
}, 120);

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const says = (card) => found.has(card.dataset.name) || words.every((word) => card.dataset.text.includes(word));
  const fits = (card) => says(card)
    && (wanted === "all" || wanted === card.dataset.audience || (wanted === "findings" && $(".badge.error, .badge.warning", card)));
  for (const card of $$(".card")) {
    card.hidden = !fits(card);
    const file = found.get(card.dataset.name)?.file;
    $(".found", card).hidden = !file;
    $(".found", card).textContent = file ? `in ${file}` : "";
    card.classList.remove("best");
  }
  const first = words.length ? best() : undefined;
  first?.classList.add("best");
  if (document.activeElement === search) first?.scrollIntoView({ block: "nearest" });
  for (const row of $$(".row")) {
    const shown = $$(".card:not([hidden])", row).length;
    row.hidden = !shown;
    row.classList.toggle("pair", shown > 1);
  }
  for (const shelf of $$(".shelf")) {
    const shown = $$(".card:not([hidden])", shelf).length;
    const tally = $(".tally", shelf);
    shelf.hidden = !shown;
    tally.textContent = shown === Number(tally.dataset.of) ? shown : `${shown} of ${tally.dataset.of}`;
  }
  $("#nothing").hidden = !$(".card") || Boolean($(".card:not([hidden])"));
  const query = new URLSearchParams();
  if (search.value) query.set("q", search.value);
  if (wanted !== "all") query.set("show", wanted);
  if (language()) query.set("locale", language());
  history.replaceState(null, "", query.size ? `/?${query}` : "/");
}

/** The card that fits best: what Enter opens. */
function best() {
  const place = (card) => found.get(card.dataset.name)?.place ?? found.size;
  return $$(".card:not([hidden])").reduce((one, other) => (one && place(one) <= place(other) ? one : other), undefined);
}

function choose(value) {
  wanted = value;
  press(filters, $(`[data-filter="${CSS.escape(value)}"]`, filters));
  filter();
}

/* A thumbnail is the mail at 640 px, scaled to its card. */
const scale = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const frame = $("iframe", target);
    const factor = contentRect.width / 640;
    frame.style.transform = `scale(${factor})`;
    frame.style.height = `${contentRect.height / factor}px`;
  }
});

/* A frame costs a browser about as much as all the rest of a card, shown or not: each is made when its card comes near. */
const near = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    target.replaceChildren($("template", target).content);
    follow($("iframe", target));
    scale.observe(target);
  }
}, { rootMargin: "50%" });

function settle() {
  for (const waiting of $$("[data-thumb] > template")) near.observe(waiting.parentElement);
  filter();
}

/* Counts by template, of the checks that have ended since the last refresh began. */
const arrived = new Map();

function show(name, counts) {
  const card = $(`.card[data-name="${CSS.escape(name)}"]`);
  if (card) $("[data-badges]", card).replaceChildren(...badges(counts));
}

/* Cards whose mail has changed are replaced by those of a freshly loaded page; the others stay untouched. */
async function refresh() {
  arrived.clear();
  const page = await fetched(language() ? `/?locale=${encodeURIComponent(language())}` : "/");
  if (!page) return;
  replaceParts(page);
  const names = (root) => $$(".card", root).map((card) => card.dataset.name).join("\n");
  if (names(document) !== names(page)) {
    $("#main").replaceWith(document.adoptNode($("#main", page)));
  } else {
    for (const fresh of $$(".card", page)) {
      const card = $(`.card[data-name="${CSS.escape(fresh.dataset.name)}"]`);
      if (card.dataset.version !== fresh.dataset.version || others.has(card)) card.replaceWith(document.adoptNode(fresh));
      else $("[data-badges]", card).replaceWith(document.adoptNode($("[data-badges]", fresh)));
    }
  }
  // What was checked while that page was on its way is not in it.
  for (const [name, counts] of arrived) show(name, counts);
  stand();
  settle();
}

let refreshing = Promise.resolve();
const again = () => { refreshing = refreshing.then(refresh, refresh); };
const againSoon = debounced(again, 400);

function move(step) {
  const links = $$(".card:not([hidden]) h3 a");
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))]?.focus();
}

/* How each mail stands against its approved pictures, as far as that is known by now. */
const stand = debounced(async () => {
  const { value, problem } = await getStandings();
  const said = $("#pictures-problem");
  said.hidden = !problem?.status;
  said.textContent = problem ? picturesProblem(problem) : "";
  for (const standing of value?.templates ?? []) {
    const place = $(`.card[data-name="${CSS.escape(standing.name)}"] [data-standing]`);
    place?.replaceChildren(...standingPills(standing, { brief: true }));
  }
}, 400);

for (const event of ["change", "missed", "answered"]) on(event, again);
on("answered", () => search.value && ask());

/* A thumbnail that nobody answered, or somebody else, is asked for again. Its frame is told to load either way; before
   that it has an empty page, and one that has not come into view has it for good. */
const lost = new Set();
const others = new WeakSet(); // cards whose thumbnail is of another version than they say
function lose(frame) {
  lost.add(frame);
  unanswered();
}
const follow = (frame) => followCut(frame, () => lose(frame));
function judge(frame) {
  if (hasArrived(frame)) {
    keepColours(frame.contentDocument);
    if (isOther(frame)) {
      others.add(frame.closest(".card"));
      againSoon(); // the page may have been read again already while this came
    }
    return void lost.delete(frame);
  }
  lose(frame);
}
document.addEventListener("load", ({ target }) => target instanceof HTMLIFrameElement && judge(target), true);
on("answered", () => {
  const again = [...lost].filter((frame) => frame.isConnected);
  lost.clear();
  for (const frame of again) {
    frame.src = frame.src;
    follow(frame);
  }
});
// A check may have ended after the page was made and before it listened.
on("connected", async () => {
  const { value } = await listChecks();
  for (const [name, counts] of Object.entries(value?.templates ?? {})) if (counts) show(name, counts);
  if (wanted === "findings") filter();
  stand();
});
on("pictures", stand);
on("operation", ({ deed, state }) => deed === "compare" && state !== "running" && stand());
window.addEventListener("focus", stand);
on("checked", ({ name, counts }) => {
  arrived.set(name, counts);
  show(name, counts);
  if (wanted === "findings") filter();
});

search.addEventListener("input", () => { found = new Map(); filter(); ask(); });
document.addEventListener("change", ({ target }) => {
  if (target.id !== "language") return;
  filter();
  location.reload();
});
$("#search-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  found = await searched(search.value);
  filter();
  const first = best();
  if (first) location.assign($("h3 a", first).href);
});
filters.addEventListener("click", (event) => event.target.dataset.filter && choose(event.target.dataset.filter));
document.addEventListener("click", (event) => {
  if (event.target.id !== "clear") return;
  search.value = "";
  found = new Map();
  choose("all");
});

bind([
  { keys: ["/"], help: "Search; Enter opens the best match", action: () => search.focus() },
  { keys: ["j", "ArrowRight"], shown: ["j", "→"], help: "Next template", action: () => move(1) },
  { keys: ["k", "ArrowLeft"], shown: ["k", "←"], help: "Previous template", action: () => move(-1) },
  { keys: [], shown: ["Enter"], help: "Open the template" },
  { keys: ["1", "2", "3", "4"], shown: ["1", "…", "4"], help: "All, customer, internal, with findings", action: (key) => choose(["all", "customer", "internal", "findings"][key - 1]) },
]);

const query = new URLSearchParams(location.search);
search.value = query.get("q") ?? "";
choose($(`[data-filter="${CSS.escape(query.get("show") ?? "all")}"]`, filters) ? query.get("show") ?? "all" : "all");
settle();
if (search.value) ask();
stand();
startStrip();
start();
