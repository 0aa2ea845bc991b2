/* Where the links of a mail lead, and whether they answer: asked when a person presses the button, of the
   template's own text alone. */
import { askLinks } from "./api.js";
import { $, h } from "./dom.js";
import { on } from "./live.js";
import { inWords } from "./problem.js";
import { withToken } from "./token.js";

const shown = { panel: null, name: "", links: [], images: [] };
let answers = null; // an address to what became of it
let problem = null;
let asking = null; // by what the answer knows that it is still waited for

/** Links do nothing in the frame; here they can be read and followed. */
export function linksPanel(panel, name, { links, images }) {
  Object.assign(shown, { panel, name, links, images });
  draw();
}

async function ask() {
  const mine = {};
  [asking, problem, answers] = [mine, null, null];
  draw();
  const asked = await withToken((token) => askLinks(shown.name, token));
  if (asking !== mine) return;
  asking = null;
  problem = asked.problem ?? null;
  answers = asked.value ? new Map(asked.value.links.map((link) => [link.address, link])) : null;
  draw();
  if (document.activeElement === document.body) $("#ask-links")?.focus(); // it was taken away as the button was
}

function draw() {
  const { panel, links, images } = shown;
  const columns = answers ? ["Link", "Address", "Answer"] : ["Link", "Address"];
  panel.replaceChildren(h("div", { class: "pane" },
    h("p", { class: "caption" }, "Links do nothing in the preview. They open here, in a new tab."),
    links.length ? h("p", { class: "ask-links" },
      h("button", { type: "button", class: "button small", id: "ask-links", disabled: Boolean(asking), onclick: ask }, "Ask whether they answer"),
      h("span", { class: "hint", role: "status" }, asking ? "Asking …" : answers ? summary() : "From this machine, those of the template's own text: none that holds data.")) : null,
    problem ? h("p", { class: "error-text", role: "alert" }, `Not asked. ${inWords(problem)}`) : null,
    links.length ? table("Links", columns, links, follow) : h("p", { class: "empty" }, "The mail has no link."),
    images.length ? table("Images", ["Alternative text", "Address"], images, (address) => h("code", {}, address)) : null));
}

function summary() {
  const asked = [...answers.values()].filter((each) => each.asked);
  const bad = asked.filter((each) => !each.answers).length;
  if (!asked.length) return "None was asked; beside each stands why.";
  return `${asked.length} asked, ${bad ? `${bad} without a good answer` : "all answer"}.`;
}

function table(caption, columns, rows, cell) {
  return h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": caption }, h("table", {},
    h("caption", { class: "visually-hidden" }, caption),
    h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column)))),
    h("tbody", {}, rows.map(({ text, address, onlyOutlook }) => h("tr", {},
      h("td", {}, text || h("em", {}, "empty"), onlyOutlook ? h("span", { class: "hint" }, "Outlook for Windows only") : null),
      h("td", {}, cell(address.trim())),
      columns.length > 2 ? answer(address) : null)))));
}

const follow = (address) => (/^(https?|mailto):/i.test(address)
  ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address)
  : h("span", { class: "error-text" }, address || "empty"));

function answer(address) {
  const found = answers.get(address.trim());
  if (!address.trim()) return h("td", { class: "value" }, "Not asked: it has no address.");
  if (!found) return h("td", { class: "value" }, "Not asked: it comes from data, or a part of its address does.");
  return h("td", { class: found.asked ? "" : "value" }, found.asked && !found.answers ? h("span", { class: "error-text" }, found.sentence) : found.sentence);
}

// What was said of the links was said of the template as it was.
function forget() {
  [asking, answers, problem] = [null, null, null];
  if (shown.panel) draw();
}

on("change", ({ changed }) => changed.includes(shown.name) && forget());
on("missed", forget);
