/* The tabs of the workbench: one panel at a time, chosen by a click, by arrow keys, or by their number. */
import { $, $$, following, reveal } from "./dom.js";
import { state, update } from "./state.js";

export const tabs = $$("#tabs [role=tab]").map((tab) => tab.dataset.tab);

/** Show the panel of `tab`, the first one for what is none; gives the one that is shown. */
export function openTab(tab, focus = false) {
  const chosen = tabs.includes(tab) ? tab : "preview";
  update({ tab: chosen });
  for (const button of $$("#tabs [role=tab]")) {
    const open = button.dataset.tab === chosen;
    button.setAttribute("aria-selected", String(open));
    button.tabIndex = open ? 0 : -1;
    $(`#panel-${button.dataset.tab}`).hidden = !open;
    if (open && focus) button.focus();
    if (open) reveal(button, $("#tabs"));
  }
  return chosen;
}

/** `open(tab, focus)` is told which one a person wants. */
export function listenToTabs(open) {
  $("#tabs").addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) open(tab.dataset.tab);
  });
  $("#tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const end = { Home: tabs[0], End: tabs.at(-1) }[event.key];
    if (!step && !end) return;
    event.preventDefault();
    open(end ?? following(tabs, state.tab, step), true);
  });
}
