/* The data panel: other values for a while. */
import { $, debounced, h } from "./dom.js";

const PATIENCE = 250;

export class Editor {
  /** `onchange(text, value)` is told of every state that is JSON; both are null after a reset. */
  constructor({ onchange, onreset, onlenient, ontoggle }) {
    this.panel = $("#editor");
    this.area = $("#data");
    this.status = $("#data-status");
    this.lenient = $("#lenient");
    this.onchange = onchange;
    this.onreset = onreset;
    this.ontoggle = ontoggle;
    this.original = "";
    this.digest = "";
    this.begunWith = null;
    this.edited = false;
    this.area.addEventListener("input", () => { this.mark(true); this.later(); });
    this.area.addEventListener("keydown", (event) => this.indent(event));
    this.later = debounced(() => this.read(), PATIENCE);
    this.lenient.addEventListener("change", () => onlenient(this.lenient.checked));
    $("#reset").addEventListener("click", () => this.reset());
    $("#format").addEventListener("click", () => this.format());
    $("#edit").addEventListener("click", () => this.toggle());
    $("#close-editor").addEventListener("click", () => this.toggle(false));
  }

  toggle(open = this.panel.hidden) {
    this.panel.hidden = !open;
    $("#edit").setAttribute("aria-expanded", String(open));
    (open ? this.area : $("#edit")).focus();
    this.ontoggle();
  }

  /** Show the data of a fixture, unless other data are being tried. */
  offer(text, digest = "") {
    this.original = text;
    this.digest = digest;
    if (!this.edited && this.area.value !== text) this.area.value = text;
  }

  /** Show data that came with the address. */
  restore(text) {
    this.area.value = text;
    this.mark(true);
  }

  forget() {
    this.area.value = this.original;
    this.mark(false);
    this.say("");
  }

  /** What a person has typed, null when it is what a fixture has. */
  typed() {
    return this.edited ? this.area.value : null;
  }

  reset() {
    const typed = this.typed();
    this.forget();
    this.onchange(null, null);
    this.onreset(typed);
  }

  mark(edited) {
    if (edited && !this.edited) this.begunWith = this.digest || null;
    this.edited = edited;
    this.onmark?.();
    $("#edited").hidden = !edited;
    $("#reset").disabled = !edited;
  }

  read() {
    let value;
    try {
      value = JSON.parse(this.area.value);
    } catch (error) {
      this.area.setAttribute("aria-invalid", "true");
      return this.say(`Not JSON yet: ${error.message}`, true);
    }
    this.area.removeAttribute("aria-invalid");
    if (typeof value !== "object" || value === null || Array.isArray(value)) return this.say("The data are one object: { … }", true);
    return this.onchange(this.area.value, value);
  }

  format() {
    try {
      const text = JSON.stringify(JSON.parse(this.area.value), null, 2);
      if (text === this.area.value) return;
      this.area.value = text;
      this.mark(text !== this.original);
      this.later();
    } catch {
      this.read();
    }
  }

  /** What the server said of the data. */
  judge(problem) {
    if (!problem) return this.say(this.edited ? "Rendered with these data." : "");
    this.area.setAttribute("aria-invalid", "true");
    this.status.className = "status bad";
    this.status.replaceChildren(problem.title, problem.errors?.length
      ? h("ul", {}, problem.errors.map((error) => h("li", {}, h("code", {}, error.pointer || "/"), " ", error.detail)))
      : `: ${problem.detail}`);
    return undefined;
  }

  say(text, bad = false) {
    if (!bad) this.area.removeAttribute("aria-invalid");
    this.status.className = bad ? "status bad" : "status";
    this.status.textContent = text;
  }

  /** Two blanks for a tab; Escape first, then Tab, leaves the field as usual. */
  indent(event) {
    if (event.key === "Escape") this.leaving = true;
    else if (event.key === "Tab" && !event.shiftKey && !this.leaving) {
      event.preventDefault();
      // By way of the field's own editing, so that it is an edit like any other: seen, and undone by Ctrl+Z.
      if (!document.execCommand("insertText", false, "  ")) {
        this.area.setRangeText("  ", this.area.selectionStart, this.area.selectionEnd, "end");
        this.area.dispatchEvent(new InputEvent("input", { bubbles: true }));
      }
    } else this.leaving = false;
  }
}
