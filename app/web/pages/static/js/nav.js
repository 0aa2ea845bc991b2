/* The list of templates at the left of a template's page. */
import { listChecks } from "./api.js";
import { $, $$, badges, reveal } from "./dom.js";
import { on } from "./live.js";

export async function startNav() {
  const search = $("#search");
  search.addEventListener("input", () => filter(search.value));
  search.addEventListener("keydown", (event) => {
    const first = $$("#nav-list li:not([hidden]) a")[0];
    if (event.key === "Enter" && first) location.assign(first.href);
  });
  $("#nav-toggle").addEventListener("click", () => {
    const open = $("#nav").classList.toggle("open");
    $("#nav-toggle").setAttribute("aria-expanded", String(open));
  });
  on("checked", ({ name, counts }) => showCounts(name, counts));
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

function filter(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const item of $$("#nav-list li")) {
    const own = `${item.dataset.name} ${item.textContent}`.toLowerCase();
    item.hidden = !words.every((word) => own.includes(word));
  }
  for (const list of $$("#nav-list ul")) {
    const empty = !$("li:not([hidden])", list);
    list.hidden = empty;
    list.previousElementSibling.hidden = empty;
  }
}
