/* The command palette: whatever the page can do, and every template, found by words. The pattern is the combobox with a
   list of the ARIA Authoring Practices: the focus stays in the field, the list tells which option is meant. */
import { pageOf, searched } from "./api.js";
import { $, $$, debounced, h, reveal } from "./dom.js";
import { on } from "./live.js";

const PATIENCE = 80;
const MOST = 60;
const GROUPS = ["Template", "Fixture", "Panel", "Action", "Page"];
const CLOSENESS = ["exact", "begins", "name", "words", "body", "partial", "fixture"];

const plain = (text) => text.toLowerCase().replace(/[\s_/-]+/g, " ").trim();

/** How well a command fits, in the ranks of the search of templates; -1 when it does not. */
export function closeness({ title, group, detail = "" }, question) {
  const phrase = plain(question);
  const own = plain(title);
  if (phrase === own) return 0;
  if (own.startsWith(phrase)) return 1;
  const words = phrase.split(" ");
  if (words.every((word) => own.includes(word))) return 2;
  const all = `${own} ${plain(group)} ${plain(detail)}`;
  return words.every((word) => all.includes(word)) ? 3 : -1;
}

/** Whether two are one command; those of templates are made anew with each answer. */
const isSame = (one, other) => one.run === other?.run || (one.group === "Template" && other?.group === "Template" && one.detail === other.detail);

const visible = (element) => element.checkVisibility() && !element.disabled && !element.closest("[inert]");
const named = (element) => (element.getAttribute("aria-label") ?? element.textContent).trim().replace(/\s+/g, " ");

/** What can be pressed or chosen on this page, as commands. */
function ofPage() {
  const press = (element, group) => {
    const around = element.closest('[role="group"]')?.getAttribute("aria-label");
    return { group, title: named(element), detail: [around, element.title].filter(Boolean).join(" "), run: () => element.click() };
  };
  const choose = (select) => [...select.options].filter((option) => !option.disabled && option.text).map((option) => ({
    group: select.id === "fixture" ? "Fixture" : "Action",
    title: option.text,
    detail: named(select.labels?.[0] ?? select),
    run: () => { select.value = option.value; select.dispatchEvent(new Event("change", { bubbles: true })); },
  }));
  return [
    ...$$('[role="tab"]').filter(visible).map((tab) => ({ ...press(tab, "Panel"), title: tab.firstChild.textContent.trim() })),
    ...$$(".toolbar select, .topbar select").filter(visible).flatMap(choose),
    ...$$(".toolbar button, .toolbar a[href], .head a[href], .head button, .editor button, .editor a[href], .topbar .segments button").filter(visible).map((element) => press(element, "Action")),
    ...$$(".topbar > a[href], .ways a[href]").map((element) => press(element, "Page")),
  ];
}

export class Palette {
  /** `shortcuts` as `bind` of the keys has them: those with one meaning are commands as well. */
  constructor(shortcuts) {
    this.shortcuts = shortcuts;
    this.options = [];
    this.current = 0;
    this.found = new Map();
    this.input = h("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-autocomplete": "list", "aria-label": "Templates, fixtures, panels and actions", placeholder: "Templates, fixtures, panels, actions …", autocomplete: "off", spellcheck: "false" });
    this.list = h("ul", { id: "palette-list", role: "listbox", "aria-label": "What fits" });
    this.status = h("p", { class: "visually-hidden", role: "status" });
    this.dialog = h("dialog", { class: "palette", "aria-label": "Commands" }, this.input, this.list, h("p", { class: "nothing", hidden: true }, "Nothing fits."), this.status);
    document.body.append(this.dialog);
    this.ask = debounced(() => this.search(), PATIENCE);
    this.input.addEventListener("input", () => { this.found = new Map(); this.current = 0; this.draw(); this.ask(); });
    on("answered", () => this.dialog.open && this.search());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("click", ({ target }) => this.choose(this.options[target.closest("[role=option]")?.dataset.index]));
    this.list.addEventListener("mousedown", (event) => event.preventDefault()); // the focus stays in the field
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
    for (const button of $$("[data-palette]")) {
      button.hidden = false;
      button.addEventListener("click", () => this.open());
    }
  }

  /** Whether `event` is that which opens or closes it, and then has: Ctrl+K, while no other dialog is there to be answered. */
  pressed(event) {
    const modal = $("dialog[open]");
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k" || (modal && modal !== this.dialog)) return false;
    event.preventDefault();
    this.open();
    return true;
  }

  open() {
    if (this.dialog.open) return this.dialog.close();
    this.commands = [...ofPage(), ...this.shortcuts.filter(({ keys, shown, action }) => action && keys.length && !shown).map(({ keys, help, action }) => ({ group: "Action", title: help, key: keys[0], run: () => action(keys[0]) }))];
    this.input.value = "";
    this.found = new Map();
    this.current = 0;
    this.draw();
    return this.dialog.showModal();
  }

  async search() {
    const question = this.input.value;
    const found = await searched(question);
    if (question !== this.input.value) return;
    this.found = found;
    this.draw();
  }

  /** The commands that fit, best first, and the templates that the server has found, in its ranks. */
  fitting() {
    const question = this.input.value.trim();
    if (!question) return this.commands;
    const ranked = this.commands.map((command) => ({ ...command, rank: closeness(command, question) })).filter(({ rank }) => rank >= 0);
    const templates = [...this.found].map(([name, { title, where }]) => ({ group: "Template", title, detail: name, rank: CLOSENESS.indexOf(where), run: () => location.assign(pageOf(name)) }));
    const place = ({ group }) => GROUPS.indexOf(group);
    const sorted = (list) => list.sort((a, b) => a.rank - b.rank || place(a) - place(b) || a.title.length - b.title.length);
    return templates.concat(sorted(ranked)).map((each, index) => ({ ...each, index })).sort((a, b) => a.rank - b.rank || place(a) - place(b) || a.index - b.index);
  }

  draw() {
    const meant = this.current > 0 ? this.options[this.current] : null; // the first is whatever fits best
    this.options = this.fitting().slice(0, MOST);
    this.current = meant ? Math.max(0, this.options.findIndex((each) => isSame(each, meant))) : 0;
    this.list.replaceChildren(...this.options.map(({ group, title, detail, key }, index) => h("li", { role: "option", id: `palette-${index}`, "data-index": index, "aria-selected": String(index === this.current) },
      h("span", { class: "palette-title" }, title), detail ? h("span", { class: "palette-detail" }, detail) : null, h("span", { class: "grow" }), key ? h("kbd", { "aria-hidden": "true" }, key) : null, h("span", { class: "pill" }, group))));
    $(".nothing", this.dialog).hidden = this.options.length > 0;
    this.status.textContent = this.input.value ? `${this.options.length} found` : "";
    this.mark();
  }

  mark() {
    for (const item of $$("[aria-selected=true]", this.list)) item.setAttribute("aria-selected", "false");
    const item = this.list.children[this.current];
    item?.setAttribute("aria-selected", "true");
    if (item) this.input.setAttribute("aria-activedescendant", item.id);
    else this.input.removeAttribute("aria-activedescendant");
    reveal(item, this.list);
  }

  key(event) {
    const last = this.options.length - 1;
    const to = { ArrowDown: this.current === last ? 0 : this.current + 1, ArrowUp: this.current ? this.current - 1 : last, PageDown: Math.min(last, this.current + 8), PageUp: Math.max(0, this.current - 8) }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      this.enter();
    } else if (to !== undefined && last >= 0) {
      event.preventDefault();
      this.current = to;
      this.mark();
    }
  }

  /** The one that was gone to, or the best: what was typed quickly is looked for before that is taken. */
  async enter() {
    const question = this.input.value;
    if (this.current > 0 || this.found.size || !question.trim()) return this.choose(this.options[this.current]);
    await this.search();
    return question === this.input.value ? this.choose(this.options[0]) : undefined;
  }

  choose(command) {
    if (!command || !this.dialog.open) return;
    this.dialog.close(); // first: then the focus is where it was, and the command may take it from there
    command.run();
  }
}
