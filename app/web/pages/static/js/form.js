/* The data as a form: a second view of the text in the editor. Which fields there are and what is wrong in them, the
   server says by the contract; what stands in them is in the text, and an edit changes the text in that place alone. */
import { readForm } from "./api.js";
import { Asides } from "./asides.js";
import { $, $$, debounced, h } from "./dom.js";
import { control } from "./fields.js";
import { inWords } from "./problem.js";
import { added, at, escaped, moved, parentOf, places, removed, replaced, written } from "./splice.js";

const PATIENCE = 40;
const count = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

export class Form {
  /** `text()` is that of the editor; `change(text, place)` gives it another; `say(sentence)` tells a person. */
  constructor(name, { text, change, say }) {
    Object.assign(this, { name, text, change, say });
    this.fields = $("#form-fields");
    this.banner = $("#form-banner");
    this.note = $("#form-note");
    this.hint = this.note.textContent;
    this.controls = new Map();
    this.asides = new Asides();
    this.shape = "";
    this.next = null; // what has the focus once the form is drawn anew
    this.abort = null;
    this.open = false;
    this.later = debounced(() => this.read(), PATIENCE);
    this.fields.addEventListener("focusin", ({ target }) => { this.note.textContent = target.dataset.note || this.hint; });
  }

  /** The text is another one, and not by an edit of what stood here. */
  anew() {
    this.asides.forget();
    this.follow();
  }

  /** The text has changed, by whomever. */
  follow() {
    if (!this.open) return;
    this.root = places(this.text());
    if (!this.root?.members) return this.tell("These data are not one JSON object just now. Mend the JSON, or undo.", true);
    if (this.drawn) this.fill();
    this.later();
    return undefined;
  }

  show(open) {
    this.open = open;
    if (open) this.follow();
  }

  async read() {
    const text = this.text();
    if (!places(text)?.members) return;
    this.abort?.abort();
    this.abort = new AbortController();
    const { value, problem } = await readForm(this.name, text, Object.fromEntries(this.asides.chosen), this.abort.signal).catch((error) => {
      if (error.name === "AbortError") return {};
      throw error;
    });
    if (text !== this.text() || (!value && !problem)) return;
    if (problem) return void this.tell(`The form cannot be made anew: ${inWords(problem)}`, !this.drawn);
    if (!value.form) return void this.tell("This template has no contract, which a form is made from. The data are JSON here.", true);
    this.tell("", false);
    this.draw(value.form);
  }

  /** Say why the form is not that of the text, and whether it can be used all the same. */
  tell(sentence, locked) {
    if (sentence) this.next = null;
    this.banner.textContent = sentence;
    this.banner.hidden = !sentence;
    this.fields.inert = locked;
    if (locked && !this.drawn) this.fields.replaceChildren();
  }

  /** Draw the fields, or, when they are those that stand here, what is wrong in them. */
  draw(root) {
    const shape = JSON.stringify(root, (key, value) => (key === "problems" ? undefined : value));
    this.root = places(this.text());
    if (shape !== this.shape) {
      const focus = this.next ?? focused(this.fields);
      const top = this.fields.scrollTop;
      this.shape = shape;
      this.drawn = root;
      this.controls.clear();
      this.fields.replaceChildren(...this.members(root));
      this.fill();
      this.fields.scrollTop = top;
      refocus(this.fields, focus);
      if (!focus) this.keepInSight();
    } else if (this.next) refocus(this.fields, this.next);
    this.next = null;
    this.judge(root);
  }

  /** What has the focus beside the form has been moved by it, on a narrow page out of sight. */
  keepInSight() {
    const { activeElement } = document;
    if ($("#editor").contains(activeElement)) activeElement.scrollIntoView({ block: "nearest" });
  }

  fill() {
    const text = this.text();
    for (const [pointer, { set }] of this.controls) {
      const json = written(text, this.root, pointer);
      if (json !== undefined) set(json);
    }
  }

  /** Put what is wrong where it is. */
  judge(root) {
    const places = new Map($$("[data-problems]", this.fields).map((element) => [element.dataset.problems, element]));
    const inputs = new Map($$('[data-part="value"]', this.fields).map((element) => [element.dataset.at, element]));
    const tell = (field) => {
      places.get(field.pointer)?.replaceChildren(...field.problems.map((sentence) => h("p", {}, sentence)));
      inputs.get(field.pointer)?.setAttribute("aria-invalid", String(field.problems.length > 0));
      field.fields.forEach(tell);
    };
    tell(root);
  }

  /* --- edits ------------------------------------------------------------------------------------- */

  write(pointer, json) {
    this.change(replaced(this.text(), pointer, json), pointer);
  }

  /** An edit that makes other fields: the next waits until they are drawn. `asides` moves what is known beside the text. */
  alter(text, next, sentence, asides) {
    if (this.next || text === this.text()) return;
    this.next = next;
    asides?.();
    this.change(text, null);
    this.say(sentence);
  }

  choose(field, chosen) {
    const left = this.asides.left.get(field.pointer) ?? new Map();
    this.asides.left.set(field.pointer, left.set(field.chosen, written(this.text(), this.root, field.pointer)));
    this.asides.chosen.set(field.pointer, chosen);
    const json = left.get(chosen) ?? field.alternatives[chosen].json;
    const text = replaced(this.text(), field.pointer, json);
    this.next = { at: field.pointer, part: "kind" };
    this.change(text, null);
  }

  /* --- drawing ----------------------------------------------------------------------------------- */

  /** Everything inside an object: its members, and what may come to them. */
  members(field) {
    const absent = field.fields.filter((member) => !member.present);
    const add = (member) => this.alter(added(this.text(), field.pointer, member.name, member.blank), { at: member.pointer, part: "value", fresh: true }, `Added ${member.name}.`);
    return [
      problems(field.pointer),
      ...field.fields.filter((member) => member.present).map((member) => this.field(member, member.name)),
      absent.length ? h("div", { class: "absent", role: "group", "aria-label": "Not in these data" }, absent.flatMap((member) => [
        h("button", { type: "button", class: "button small", "data-at": member.pointer, "data-part": "add", "data-note": noteOf(member), title: member.description, onclick: () => add(member) }, `+ ${member.name}`),
        problems(member.pointer)])) : null,
      field.hidden ? h("p", { class: "hint" }, `${count(field.hidden, "further member")} without a form: see the JSON.`) : null,
      field.other && this.further(field),
    ].filter(Boolean);
  }

  /** A further member, of any name. */
  further(field) {
    const name = h("input", { type: "text", "aria-label": "Name of a further member", placeholder: "name", "data-at": field.pointer, "data-part": "name" });
    const add = () => {
      if (!name.value || at(this.root, `${field.pointer}/${escaped(name.value)}`)) return name.focus();
      return this.alter(added(this.text(), field.pointer, name.value, field.other), { at: `${field.pointer}/${escaped(name.value)}`, part: "value", fresh: true }, `Added ${name.value}.`);
    };
    return h("div", { class: "line" }, name, h("button", { type: "button", class: "button small", onclick: add }, "Add member"));
  }

  field(field, label, buttons = []) {
    const id = `field-${this.controls.size}-${field.pointer.length}`;
    const take = () => this.alter(removed(this.text(), field.pointer), { at: parentOf(field.pointer), part: "value", or: field.pointer }, `Removed ${label}.`, () => this.asides.drop(parentOf(field.pointer), lastOf(field.pointer), Boolean(at(this.root, parentOf(field.pointer))?.items)));
    const tools = [...buttons, field.removable && h("button", { type: "button", class: "button small icon", "aria-label": `Remove ${label}`, title: "Remove", "data-at": field.pointer, "data-part": "remove", onclick: take }, "×")].filter(Boolean);
    const kind = field.alternatives.length ? this.alternatives(field, label) : null;
    const inner = this.inside(field);
    if (inner) {
      return h("fieldset", { "data-at": field.pointer, "data-part": "group", tabindex: "-1" },
        h("legend", {}, h("span", { class: "label" }, label), field.kind === "list" ? h("span", { class: "hint" }, ` ${count(field.fields.length + field.hidden, "item")}`) : null),
        tools.length ? h("div", { class: "tools" }, tools) : null, kind, inner);
    }
    const attributes = { id, "data-at": field.pointer, "data-part": "value", "data-name": label, "data-kind": field.kind, "data-note": noteOf(field), "aria-describedby": `${id}-note ${id}-problems`, "aria-required": String(field.required) };
    const made = control(field, attributes, (json) => this.write(field.pointer, json), this.asides);
    this.controls.set(field.pointer, made);
    return h("div", { class: field.known ? "entry" : "entry unknown" },
      h("div", { class: "entry-head" }, h("label", { for: id }, label), field.removable && !buttons.length && field.known ? h("span", { class: "hint" }, "optional") : null, h("span", { class: "grow" }), tools.length ? h("span", { class: "tools" }, tools) : null),
      kind, made.element, h("span", { class: "visually-hidden", id: `${id}-note` }, noteOf(field)), problems(field.pointer, `${id}-problems`));
  }

  inside(field) {
    if (field.kind === "object") return this.members(field);
    return field.kind === "list" ? this.items(field) : null;
  }

  items(field) {
    const total = field.fields.length + field.hidden;
    const add = () => this.alter(added(this.text(), field.pointer, null, field.item), { at: `${field.pointer}/${total}`, part: "value", fresh: true }, `Added item ${total + 1}.`);
    return [
      problems(field.pointer),
      ...field.fields.map((item, index) => this.field(item, `Item ${index + 1}`, [this.mover(item, index, -1, index > 0), this.mover(item, index, 1, index < total - 1 && index < field.fields.length - 1)])),
      field.hidden ? h("p", { class: "hint" }, `${count(field.hidden, "further item")} without a form: see the JSON.`) : null,
      field.item ? h("button", { type: "button", class: "button small", "data-at": field.pointer, "data-part": "add", onclick: add }, "+ Add an item") : null,
    ];
  }

  mover(item, index, step, can) {
    const part = step < 0 ? "up" : "down";
    const to = index + step;
    const list = parentOf(item.pointer);
    const move = () => this.alter(moved(this.text(), item.pointer, step), { at: `${list}/${to}`, part }, `Item ${index + 1} is item ${to + 1} now.`, () => this.asides.swap(list, index, to));
    return h("button", { type: "button", class: "button small icon", disabled: !can, "aria-label": `Move item ${index + 1} ${part}`, title: `Move ${part}`, "data-at": item.pointer, "data-part": part, onclick: move }, step < 0 ? "↑" : "↓");
  }

  alternatives(field, label) {
    const select = h("select", { "aria-label": `Kind of ${label}`, "data-at": field.pointer, "data-part": "kind" },
      field.alternatives.map((each, index) => h("option", { value: String(index), selected: index === field.chosen }, each.label)));
    select.addEventListener("change", () => this.choose(field, Number(select.value)));
    return h("div", { class: "line" }, select);
  }
}

const lastOf = (pointer) => pointer.slice(pointer.lastIndexOf("/") + 1);
const noteOf = (field) => [field.description, field.limits && `(${field.limits})`].filter(Boolean).join(" ");
const problems = (pointer, id) => h("div", { class: "offence", "data-problems": pointer, id });

/* --- focus --------------------------------------------------------------------------------------- */

function focused(root) {
  const element = document.activeElement;
  if (!root.contains(element)) return null;
  const { at: place, part } = element.dataset;
  const range = element.selectionStart === undefined ? null : [element.selectionStart, element.selectionEnd];
  return { at: place, part, range };
}

/** The same control of the form that has been drawn anew, or the closest to it. */
function refocus(root, focus) {
  if (!focus?.at && focus?.at !== "") return;
  const of = (place) => $$(`[data-at="${CSS.escape(place)}"]`, root);
  const usable = (elements, part) => elements.find((each) => each.dataset.part === part && !each.disabled);
  const group = (elements) => elements.map((each) => (each.matches("fieldset") ? $("[data-part=value], [data-part=add]", each) : null)).find(Boolean);
  const own = of(focus.or ?? focus.at);
  const found = usable(own, focus.part) ?? usable(own, { up: "down", down: "up" }[focus.part]) ?? group(own) ?? own.find((each) => !each.disabled) ?? group(of(focus.at)) ?? of(focus.at)[0] ?? $("[data-at]", root);
  found?.focus({ preventScroll: Boolean(focus.range) });
  if (focus.fresh && found?.matches("input[type=text], textarea")) found.select(); // what is typed takes the place of the example
  if (focus.range?.[0] !== null && focus.range && found?.setSelectionRange && found.matches("input[type=text], textarea")) found.setSelectionRange(...focus.range);
}
