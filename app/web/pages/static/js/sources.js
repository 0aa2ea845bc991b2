/* Files with line numbers: the sources of a template, and what is made of them. */
import { $, $$, h } from "./dom.js";
import { highlight } from "./highlight.js";

const ROLES = { html: "Template", text: "Text part", metadata: "Metadata", partial: "Partials", stylesheet: "Style sheets", contract: "Shared contract", fixture: "Fixtures", original: "Translated from" };

export class SourceView {
  /** `onopen(file)` is told which file was chosen. */
  constructor(panel, label, onopen) {
    this.panel = panel;
    this.files = [];
    this.findings = [];
    this.open = "";
    this.onopen = onopen;
    this.select = h("select", { "aria-label": label, onchange: () => { this.choose(this.select.value); this.onopen(this.open); } });
    this.note = h("span", { class: "hint" });
    this.body = h("div", { class: "code", tabindex: "0", "aria-label": `${label}, text` });
    panel.replaceChildren(h("div", { class: "pane-bar" }, this.select, this.note), this.body);
  }

  /** `files`: `{role, file, text}`; the open one stays open if it is still there. */
  show(files, { wrapped = false } = {}) {
    const same = this.files.find((file) => file.file === this.open)?.text;
    this.files = files;
    this.body.classList.toggle("wrapped", wrapped);
    this.select.replaceChildren(...groups(files));
    if (!files.some((file) => file.file === this.open)) this.open = files[0]?.file ?? "";
    this.select.value = this.open;
    if (files.find((file) => file.file === this.open)?.text !== same) this.draw();
    else this.mark();
  }

  /** Mark the lines that findings speak of. */
  annotate(findings) {
    this.findings = findings;
    this.mark();
  }

  choose(file) {
    this.open = file;
    this.select.value = file;
    this.draw();
  }

  /** Open `file` at `line` and bring it into sight. */
  jump(file, line) {
    if (!this.files.some((each) => each.file === file)) return false;
    if (this.open !== file || !this.body.firstChild) this.choose(file);
    $$("li.current", this.body).forEach((item) => item.classList.remove("current"));
    const item = this.body.querySelectorAll("li")[line - 1];
    item?.classList.add("current");
    item?.scrollIntoView({ block: "center" });
    return true;
  }

  draw() {
    const file = this.files.find((each) => each.file === this.open);
    if (!file) return this.body.replaceChildren(h("p", { class: "empty" }, "There is nothing to show."));
    const lines = highlight(file.text.replaceAll("\r\n", "\n"), file.file);
    this.note.textContent = `${lines.length} lines, ${(new Blob([file.text]).size / 1024).toFixed(1)} kB`;
    this.body.replaceChildren(h("ol", {}, lines.map((line) => h("li", {}, h("span", {}, line)))));
    this.mark();
  }

  mark() {
    const items = this.body.querySelectorAll("li");
    for (const item of items) {
      item.classList.remove("error", "warning", "info");
      item.removeAttribute("title");
    }
    for (const finding of this.findings) {
      const item = finding.file === this.open && items[finding.line - 1];
      if (!item || item.classList.contains("error")) continue;
      item.classList.add(finding.severity);
      item.title = `${finding.severity}: ${finding.message}`;
    }
  }
}

function groups(files) {
  const byRole = new Map();
  for (const file of files) byRole.set(file.role, [...(byRole.get(file.role) ?? []), file]);
  return [...byRole].map(([role, members]) => h("optgroup", { label: ROLES[role] ?? role },
    members.map(({ file, label }) => h("option", { value: file }, label ?? file))));
}
