/* The element under the pointer, or chosen by keys, and the line that it was written in. The mail is not touched:
   its elements are counted, the server knows each by its number, and what marks one lies above the frame. */
import * as api from "./api.js";
import { $, debounced, h } from "./dom.js";
import { on } from "./live.js";
import { all, beside, bodyOf, boxOf, isIn, isThere, listen, nameOf } from "./unspoilt.js";

/** What the server puts before a mail that is shown in a frame, and the mail does not have. */
const OWN = 'base[target="_blank"]:not([href])';

export class Inspector {
  /** `query()` is what the mail was rendered with, `jump(file, line)` opens a place in the sources, `editor(file, line,
      column)` is what opens it in the editor, `onstart()` brings the mail into sight. */
  constructor(name, frame, { query, jump, editor, onstart }) {
    Object.assign(this, { name, frame, query, jump, editor, onstart });
    this.on = false;
    this.bar = $("#inspected");
    this.mark = h("div", { class: "inspected-mark", hidden: true });
    frame.box.append(this.mark);
    this.tell = debounced(() => this.say(), 60);
    $("#inspect").addEventListener("click", () => this.turn());
    on("answered", () => this.on && this.fault && this.load());
    frame.stage.addEventListener("keydown", (event) => event.target.closest("button, a, [role=slider]") || this.pressed(event));
    new ResizeObserver(() => this.draw()).observe(frame.box);
  }

  turn() {
    this.on = !this.on;
    $("#inspect").setAttribute("aria-pressed", String(this.on));
    this.element = null;
    this.draw();
    if (this.on) {
      this.onstart();
      this.load();
      this.frame.stage.focus({ preventScroll: true });
    }
    this.aside(false);
  }

  /** Another tab is open. */
  aside(away) {
    this.bar.hidden = !this.on || away;
  }

  /** A mail is shown, in the place of the one before. */
  watch(mail) {
    this.mail = mail;
    this.places = null;
    this.element = null;
    this.draw();
    listen(mail, "mousemove", ({ target }) => this.on && this.choose(target));
    listen(mail, "click", (event) => this.on && this.clicked(event), { capture: true });
    listen(mail, "keydown", (event) => this.pressed(event));
    listen(mail, "scroll", () => this.draw(), { passive: true });
    if (this.on) this.load();
  }

  /** Ask where the elements of the mail were written. */
  async load() {
    const { mail } = this;
    if (!mail || this.places) return;
    this.fault = "";
    this.say();
    const { value, problem } = await api.getPlaces(this.name, this.query() ?? {});
    if (mail !== this.mail || this.places) return;
    const [own] = all(mail, OWN);
    const elements = all(mail, "*").filter((element) => element !== own);
    const known = value?.elements ?? [];
    // An approximation of a client, or an error, is another document than the one that was asked about.
    const same = known.length === elements.length && known.every((each, place) => each.name.toLowerCase() === nameOf(elements[place]).toLowerCase());
    if (same) this.places = new Map(elements.map((element, place) => [element, { ...known[place], file: value.files[known[place].file] }]));
    else this.fault = problem?.detail ?? "What is shown is not the mail as it was written: choose no client.";
    this.say();
  }

  choose(element) {
    if (element === this.element || !this.places?.has(element)) return;
    this.element = element;
    this.draw();
    this.tell();
  }

  draw() {
    const shown = this.on && this.element && isThere(this.element);
    this.mark.hidden = !shown;
    if (!shown) return;
    const { left, top, width, height } = boxOf(this.element);
    Object.assign(this.mark.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  }

  say() {
    const place = this.places?.get(this.element);
    if (this.fault || !place) {
      this.bar.replaceChildren(this.fault || (this.places ? "Point at an element of the mail, or choose one with the arrow keys." : "Looking where the elements were written …"));
      return;
    }
    const address = this.editor(place.file, place.line, place.column);
    this.bar.replaceChildren(
      h("code", {}, `<${place.name}>`),
      h("button", { type: "button", class: "link place", title: "Open it in the sources (Enter)", onclick: () => this.open() }, `${place.file}:${place.line}:${place.column}`),
      address ? h("a", { class: "button small", href: address, title: "Shift and Enter" }, "Open in the editor") : "");
  }

  open() {
    const place = this.places?.get(this.element);
    if (place) this.jump(place.file, place.line);
  }

  clicked(event) {
    event.preventDefault();
    event.stopPropagation();
    this.choose(event.target);
    this.open();
  }

  /** Arrows go through the tree: up to what is around, down into it, aside to what is beside. */
  pressed(event) {
    if (!this.on || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") return this.turn();
    if (event.key === "Enter") {
      event.preventDefault();
      const link = event.shiftKey && $("a", this.bar);
      return link ? link.click() : this.open();
    }
    const way = { ArrowUp: "up", ArrowDown: "down", ArrowLeft: "before", ArrowRight: "after" }[event.key];
    const body = this.mail && bodyOf(this.mail);
    if (!way || !body) return undefined;
    event.preventDefault();
    const next = this.element && isThere(this.element) ? beside(this.element, way) : body;
    if (next && isIn(next, body)) this.choose(next);
    this.mark.scrollIntoView({ block: "nearest", inline: "nearest" });
    return undefined;
  }
}
