/* Keyboard shortcuts, and the dialog that lists them. */
import { $$, h } from "./dom.js";

/** `shortcuts`: `{keys: ["j"], help: "…", action}`; an entry without keys of its own is only listed. */
export function bind(shortcuts) {
  const all = [...shortcuts, { keys: ["?"], help: "This list", action: () => dialog.showModal() }];
  const dialog = helpDialog(all);
  document.body.append(dialog);
  for (const button of $$("[data-help]")) button.addEventListener("click", () => dialog.showModal());
  const pressed = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || dialog.open) return;
    // A select is no place to type: its arrows go on to work, and letters are shortcuts as anywhere.
    const typing = event.target.closest?.("input:not([type=checkbox]), textarea, [contenteditable]");
    if (event.key === "Escape" && event.target !== document.body) document.activeElement?.blur();
    if (typing) return;
    const found = all.find((shortcut) => shortcut.keys.includes(event.key));
    if (!found) return;
    event.preventDefault();
    found.action(event.key);
  };
  document.addEventListener("keydown", pressed);
  /** Shortcuts work in another document too, such as that of a mail which has the focus. */
  return { inside: (other) => other.addEventListener("keydown", pressed) };
}

function helpDialog(shortcuts) {
  const rows = shortcuts.flatMap(({ keys, shown, help }) => [
    h("dt", {}, (shown ?? keys).flatMap((key, index) => [index ? " " : "", h("kbd", {}, key)])),
    h("dd", {}, help),
  ]);
  const dialog = h("dialog", { class: "help", "aria-labelledby": "help-title" },
    h("div", { class: "help-head" }, h("h2", { id: "help-title" }, "Keyboard"),
      h("button", { type: "button", class: "button icon", "aria-label": "Close", onclick: () => dialog.close() }, "×")),
    h("dl", {}, rows));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}
