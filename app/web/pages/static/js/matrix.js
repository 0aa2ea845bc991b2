/* All fixtures in all chosen variants. Only what is in sight is drawn; what has gone far is let go again. */
import { GONE } from "./api.js";
import { $, $$, h } from "./dom.js";
import { bind } from "./keys.js";
import { askAgain, on, start, unanswered } from "./live.js";
import { fetched, replaceParts } from "./parts.js";
import { Sheet } from "./sheet.js";
import { isWithoutTyped, takeAlong, typedAgain } from "./typed.js";

const NEAR = "250px";
const form = $("#variants");
const sheets = new WeakMap();
let asked = 0;

/** The plain text of a mail, or why there is none. */
async function write(cell) {
  const { address } = cell.dataset;
  const place = $(".sheet", cell);
  let text, bad;
  try {
    const response = await fetch(address);
    bad = !response.ok;
    const problem = bad ? await response.json() : {};
    if (problem.code === GONE) return void askAgain();
    text = bad ? problem.detail : await response.text();
  } catch {
    return void unanswered(); // the light says that there is no connection; it is asked for again when it comes into sight
  }
  return place.replaceChildren(h("pre", { class: bad ? "bad" : null }, text));
}

function draw(cell) {
  if (cell.dataset.width === "0") {
    if (!$("pre", cell)) write(cell);
    return;
  }
  const box = $(".sheet", cell);
  if (!sheets.has(box)) sheets.set(box, new Sheet(box, { onload: () => hush(box) }));
  sheets.get(box).show(cell.dataset.address, { title: cell.dataset.title, width: Number(cell.dataset.width) });
}

/** The way into the workbench is the link that lies over the cell; the mail below it is for looking at alone. */
function hush(box) {
  const frame = $("iframe", box);
  frame.tabIndex = -1;
  frame.setAttribute("aria-hidden", "true");
}

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) draw(target);
    else sheets.get($(".sheet", target))?.drop();
  }
}, { root: $("#place"), rootMargin: NEAR });

const heights = () => new Map($$(".cell").map((cell) => [cell.dataset.title, $(".sheet", cell).style.height]));

/** Look at every cell of the sheet; where one was as high before, the page does not jump. */
function watch(before = new Map()) {
  for (const cell of $$(".cell")) {
    const box = $(".sheet", cell);
    if (!box.style.height && before.get(cell.dataset.title)) box.style.height = before.get(cell.dataset.title);
    sight.observe(cell);
  }
  takeAlong([$("#stage-link"), $("#workbench"), ...$$(".cell a[data-typed]")]);
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
  const before = heights();
  sight.disconnect();
  replaceParts(page);
  return watch(before);
}

const choose = () => visit(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);

/** The cell beside, above or below the one that has the focus. */
function move(right, down) {
  const cell = document.activeElement.closest?.(".cell");
  if (!cell) return $(".cell a")?.focus();
  const column = cell.parentElement.cellIndex + right;
  const row = cell.closest("tbody").rows[cell.closest("tr").sectionRowIndex + down];
  const next = row?.cells[column] && $(".cell a", row.cells[column]);
  return next?.focus();
}

form.addEventListener("change", choose);
form.addEventListener("submit", (event) => { event.preventDefault(); choose(); });

bind([
  { keys: ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"], shown: ["→", "←", "↓", "↑"], help: "The cell beside, above or below", action: (key) => move(Number(key === "ArrowRight") - Number(key === "ArrowLeft"), Number(key === "ArrowDown") - Number(key === "ArrowUp")) },
  { keys: [], shown: ["Enter"], help: "Open the cell in the workbench" },
  { keys: ["v"], help: "Compare it side by side", action: () => location.assign($("#stage-link").href) },
  { keys: ["o"], help: "This mail alone, in the workbench", action: () => location.assign($("#workbench").href) },
  { keys: ["g"], help: "All templates", action: () => location.assign("/") },
]);

const again = () => visit(location.pathname + location.search);
on("change", ({ changed, removed }) => [...changed, ...removed].includes($("#main").dataset.name) && again());
on("missed", again);
on("answered", again);

watch();
start();
if (isWithoutTyped(document)) again();
