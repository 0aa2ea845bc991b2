/* The data panel: other values for a while, as JSON and as a form: two views of one text, with one line of undo. */
import { $, debounced, h, press } from "./dom.js";
import { EditHistory } from "./history.js";
import { formatted } from "./splice.js";

const PATIENCE = 120;
const VIEW = "bbws-data-view";

/** Whether two texts are one but for the end of the last line, which a file has and a field may lack. */
const same = (text, other) => text.trimEnd() === other.trimEnd();

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
    this.offered = false;
    this.edited = false;
    this.form = null;
    this.history = new EditHistory();
    this.area.addEventListener("input", () => this.write(this.area.value, "json"));
    this.area.addEventListener("keydown", (event) => this.indent(event));
    this.later = debounced(() => this.edited && this.read(), PATIENCE); // by then it may be what the fixture has again
    this.lenient.addEventListener("change", () => onlenient(this.lenient.checked));
    $("#reset").addEventListener("click", () => this.reset());
    $("#format").addEventListener("click", () => this.format());
    $("#edit").addEventListener("click", () => this.toggle());
    $("#close-editor").addEventListener("click", () => this.toggle(false));
    $("#undo").addEventListener("click", () => this.step(-1));
    $("#redo").addEventListener("click", () => this.step(1));
    this.panel.addEventListener("keydown", (event) => this.undo(event));
    $("#data-views").addEventListener("click", ({ target }) => target.dataset.view && this.view(target.dataset.view));
    this.view(localStorage.getItem(VIEW) ?? "both");
  }

  /** `form` is the other view of the text. */
  attach(form) {
    this.form = form;
    this.view(this.panel.dataset.view);
  }

  toggle(open = this.panel.hidden) {
    this.panel.hidden = !open;
    $("#edit").setAttribute("aria-expanded", String(open));
    this.view(this.panel.dataset.view);
    const place = !open ? $("#edit") : this.area.checkVisibility() ? this.area : $("#data-views [aria-pressed=true]");
    place.focus();
    this.ontoggle();
  }

  /** Show the form, the JSON, or both. */
  view(view) {
    const chosen = ["form", "json"].includes(view) ? view : "both";
    this.panel.dataset.view = chosen;
    press($("#data-views"), $(`[data-view="${chosen}"]`, $("#data-views")));
    $("#form").hidden = chosen === "json";
    $("#json").hidden = chosen === "form";
    localStorage.setItem(VIEW, chosen);
    this.form?.show(chosen !== "json" && !this.panel.hidden);
  }

  /** The text is another one; `place` says where it was changed, so that quick edits there are one step back. */
  write(text, place) {
    if (this.area.value !== text) this.area.value = text;
    this.history.add(text, place);
    this.mark(true);
    this.later();
    this.form?.follow();
  }

  /** The text as it was before, or after that again. */
  step(step) {
    const text = this.history.step(step);
    if (text === null) return void (step < 0 && this.form?.anew()); // what is only begun in a field goes all the same
    this.area.value = text;
    this.mark(!same(text, this.original));
    this.form?.anew();
    this.settle();
  }

  /** The mail is that of the text, or that of the fixture when the text is what it has. */
  settle() {
    if (this.edited) return this.read();
    this.say("");
    return this.onchange(null, null);
  }

  /** Ctrl+Z and its opposites, wherever in the data one is: a field's own memory knows only itself. */
  undo(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || event.altKey || !["z", "y"].includes(key) || !event.target.closest("#form, #json")) return;
    event.preventDefault();
    this.step(key === "y" || event.shiftKey ? 1 : -1);
  }

  /** Show the data of a fixture, unless other data are being tried. */
  offer(text, digest = "") {
    const replaces = !this.edited && !same(this.area.value, text);
    if (!this.offered) this.history.found(text); // what came with the address is an edit of it
    Object.assign(this, { original: text, digest, offered: true });
    if (replaces) {
      this.area.value = text;
      this.area.setSelectionRange(0, 0); // who opens it reads from the top
      this.history.begin(text);
      this.form?.anew();
    } else this.form?.follow();
    this.mark(this.edited);
  }

  /** A file has `text` now, by `digest`; what was typed since it was sent is an edit of that. */
  saved(text, digest) {
    const goesOn = this.edited && !same(this.area.value, text);
    Object.assign(this, { original: text, digest, edited: false });
    this.mark(goesOn);
  }

  /** Show data that came with the address. */
  restore(text) {
    this.area.value = text;
    this.history.add(text, null);
    this.mark(true);
    this.form?.anew();
  }

  forget() {
    this.area.value = this.original;
    this.history.add(this.original, null);
    this.mark(false);
    this.form?.anew();
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
    $("#undo").disabled = !this.history.can(-1);
    $("#redo").disabled = !this.history.can(1);
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
    const text = formatted(this.area.value);
    if (text === null) return void this.read();
    if (same(text, this.area.value)) return;
    this.write(text, null);
    if (!same(text, this.original)) return;
    this.mark(false);
    this.settle();
  }

  /** What the server said of the data. */
  judge(problem) {
    if (!problem) return this.say(this.edited ? "Rendered with these data." : "");
    this.area.setAttribute("aria-invalid", "true");
    this.status.className = "status bad";
    this.status.tabIndex = 0; // it may be more than there is room for
    this.status.replaceChildren(problem.title, problem.errors?.length
      ? h("ul", {}, problem.errors.map((error) => h("li", {}, h("code", {}, error.pointer || "/"), " ", error.detail)))
      : `: ${problem.detail}`);
    return undefined;
  }

  say(text, bad = false) {
    if (!bad) this.area.removeAttribute("aria-invalid");
    this.status.className = bad ? "status bad" : "status";
    this.status.removeAttribute("tabindex");
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
