/* The list of templates at the left of a template's page. */
import { listChecks, searched } from "./api.js";
import { $, $$, badges, debounced, reveal } from "./dom.js";
import { on } from "./live.js";

export async function startNav() {
  const search = $("#search");
  search.addEventListener("input", () => { found = new Map(); filter(search.value); ask(); });
  search.addEventListener("keydown", async (event) => {
    if (event.key !== "Enter") return;
    found = await searched(search.value);
    filter(search.value);
    const place = ({ dataset }) => found.get(dataset.name)?.place ?? found.size;
    const [first] = $$("#nav-list li:not([hidden])").sort((one, other) => place(one) - place(other));
    if (first) location.assign($("a", first).href);
  });
  $("#nav-toggle").addEventListener("click", () => {
    const open = $("#nav").classList.toggle("open");
    $("#nav-toggle").setAttribute("aria-expanded", String(open));
  });
  on("answered", () => search.value && ask());
  on("checked", ({ name, counts }) => showCounts(name, counts));
  for (const event of ["connected", "answered"]) on(event, showAll); // a check may have ended before the page listened
  on("change", ({ changed }) => changed.forEach((name) => showCounts(name, null)));
  await showAll();
  reveal($('#nav-list [aria-current="page"]'), $("#nav-list"));
}

export async function showAll() {
  const { value } = await listChecks();
  for (const [name, counts] of Object.entries(value?.templates ?? {})) showCounts(name, counts);
}

/** Take the list from a freshly loaded page: templates have come or gone. */
export function replaceList(page) {
  const fresh = $("#nav-list", page);
  if (!fresh) return;
  $("#nav-list").replaceChildren(...fresh.children);
  filter($("#search").value);
  showAll();
}

function showCounts(name, counts) {
  const item = $(`#nav-list li[data-name="${CSS.escape(name)}"]`);
  if (item) $("[data-badges]", item).replaceChildren(...badges(counts));
}

/* What the server has found for what is typed, as in the gallery. */
let found = new Map();

const ask = debounced(async () => {
  const question = $("#search").value;
  const matches = await searched(question);
  if (question !== $("#search").value) return;
  found = matches;
  filter(question);
}, 120);

function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of $$("#nav-list li")) {
    const own = `${item.dataset.name} ${item.textContent}`.toLowerCase();
    item.hidden = !found.has(item.dataset.name) && !words.every((word) => own.includes(word));
  }
  for (const list of $$("#nav-list ul")) {
    const empty = !$("li:not([hidden])", list);
    list.hidden = empty;
    list.previousElementSibling.hidden = empty;
  }
}
