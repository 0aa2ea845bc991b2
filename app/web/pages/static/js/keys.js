/* Keyboard shortcuts, and the dialog that lists them. */
import { $, $$, h } from "./dom.js";
import { Palette } from "./palette.js";
import { closestOf, listen } from "./unspoilt.js";

const CHOOSING = /^(Arrow|Home$|End$|Page)/;

/** `shortcuts`: `{keys: ["j"], help: "…", action}`; an entry without keys of its own is only listed. */
export function bind(shortcuts) {
  const all = [...shortcuts, { keys: ["?"], help: "This list", action: () => dialog.showModal() }];
  const palette = new Palette(all);
  const dialog = helpDialog([...all, { keys: [], shown: ["Ctrl", "K"], help: "Find a template, a fixture, a panel or an action" }]);
  document.body.append(dialog);
  for (const button of $$("[data-help]")) button.addEventListener("click", () => dialog.showModal());
  const pressed = (event) => {
    if (palette.pressed(event)) return;
    const modal = $("dialog[open]"); // whichever it is, what lies behind it is not to be worked
    if (modal || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isOff() && event.key.length === 1) return; // WCAG 2.2, 2.1.4: keys of one character can be switched off
    // A select is no place to type: letters are shortcuts as anywhere. What chooses in it is its own.
    if (CHOOSING.test(event.key) && closestOf(event.target, "select")) return;
    const typing = closestOf(event.target, "input:not([type=checkbox]), textarea, [contenteditable]");
    if (event.key === "Escape" && event.target !== document.body) document.activeElement?.blur();
    if (typing) return;
    const found = all.find((shortcut) => shortcut.keys.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found.action(event.key);
  };
  document.addEventListener("keydown", pressed);
  // Of itself the link would take the place of what stands behind # in the address, such as edited data.
  $(".skip")?.addEventListener("click", (event) => { event.preventDefault(); $("#main").focus(); });
  /** Shortcuts work in another document too, such as that of a mail which has the focus. */
  return { inside: (other) => listen(other, "keydown", pressed) };
}

const OFF = "bbws-keys-off";
const isOff = () => localStorage.getItem(OFF) === "1";

/** The box that switches keys of one character off, for who speaks to the machine or is apt to touch others. */
function keySwitch() {
  const box = h("input", { type: "checkbox", onchange: () => localStorage.setItem(OFF, box.checked ? "" : "1") });
  box.checked = !isOff();
  return h("label", { class: "check key-switch" }, box, " Keys of one character do what is listed here");
}

function helpDialog(shortcuts) {
  const rows = shortcuts.flatMap(({ keys, shown, help }) => [
    h("dt", {}, (shown ?? keys).flatMap((key, index) => [index ? " " : "", h("kbd", {}, key)])),
    h("dd", {}, help),
  ]);
  const dialog = h("dialog", { class: "help", "aria-labelledby": "help-title" },
    h("div", { class: "help-head" }, h("h2", { id: "help-title" }, "Keyboard"),
      h("button", { type: "button", class: "button icon", "aria-label": "Close", onclick: () => dialog.close() }, "×")),
    keySwitch(), h("dl", {}, rows));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}
