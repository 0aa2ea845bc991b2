/* Files with line numbers: the sources of a template, and what is made of them. */
import { $, $$, h } from "./dom.js";
import { highlight } from "./highlight.js";

const ROLES = { html: "Template", text: "Text part", metadata: "Metadata", partial: "Partials", stylesheet: "Style sheets", contract: "Shared contract", fixture: "Fixtures", original: "Translated from" };

/** What is made of the sources, as files to look at: the compiled template, and the mail. */
export const partsOf = (compiled, email) => [
  { role: "Compiled (Mustache)", file: "compiled.html", label: "HTML", text: compiled.html },
  { role: "Compiled (Mustache)", file: "compiled.txt", label: "Text", text: compiled.text },
  { role: "Rendered", file: "rendered.html", label: "HTML with these data", text: email.html },
];

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
    this.line = 1;
    this.editor = h("a", { class: "button small", hidden: true, title: "Open the file at this line in your editor" }, "Open in the editor");
    this.body = h("div", { class: "code", tabindex: "0", "aria-label": `${label}, text` });
    panel.replaceChildren(h("div", { class: "pane-bar" }, this.select, this.note, h("span", { class: "grow" }), this.editor), this.body);
  }

  /** `files`: `{role, file, text}`; the open one stays open if it is still there. */
  show(files, { wrapped = false } = {}) {
    const same = this.files.find((file) => file.file === this.open)?.text;
    this.files = files;
    this.body.classList.toggle("wrapped", wrapped);
    this.select.replaceChildren(...groups(files));
    if (!files.some((file) => file.file === this.open)) this.open = files[0]?.file ?? "";
    this.select.value = this.open;
    this.link();
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
    this.line = 1;
    this.select.value = file;
    this.link();
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
    this.line = line;
    this.link();
    return true;
  }

  /** The way into the editor, where the server has been told of one. */
  link() {
    const address = this.addressOf(this.open, this.line);
    this.editor.hidden = !address;
    if (address) this.editor.href = address;
  }

  /** What opens a place in the editor, "" where there is none. */
  addressOf(file, line, column = 1) {
    const address = this.files.find((each) => each.file === file)?.editor ?? "";
    return address.replace("{line}", String(line)).replace("{column}", String(column));
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
