/* What of the mail weighs how much, against the bytes at which Gmail clips: by kind, source line, element and style. */
import { getWeight } from "./api.js";
import { h } from "./dom.js";
import { problemCard } from "./problem.js";

const kilo = (bytes) => `${(bytes / 1024).toFixed(1)} kB`;
const share = (bytes, of) => `${((100 * bytes) / of).toFixed(1)} %`;

export class WeightPanel {
  /** `jump(file, line)` opens a place in the source. */
  constructor(panel, name, jump) {
    Object.assign(this, { panel, name, jump, wanted: "", shown: "" });
  }

  /** Weigh the mail of `query` of a `version`, if the panel is looked at; else once it is. */
  async show(query, version) {
    this.wanted = JSON.stringify([query, version]);
    if (this.panel.hidden || this.wanted === this.shown) return;
    const asked = this.wanted;
    this.shown = asked;
    const { value, problem } = await getWeight(this.name, query);
    if (asked !== this.wanted) return;
    if (problem) this.shown = "";
    this.panel.replaceChildren(problem ? h("div", { class: "pane" }, problemCard(problem, this.jump)) : this.draw(value));
  }

  draw({ sources, compiled, mail }) {
    const of = mail.bytes;
    const written = sources.reduce((sum, each) => sum + each.bytes, 0);
    const bytes = (size) => [h("td", { class: "number" }, size.toLocaleString("en")), h("td", { class: "number" }, share(size, of))];
    const place = ({ file, line }) => (line ? h("button", { type: "button", class: "link place", onclick: () => this.jump(file, line) }, `${file}:${line}`) : h("span", { class: "place" }, file));
    return h("div", { class: "pane" },
      h("p", { class: mail.clipped ? "verdict over" : "verdict" },
        h("strong", {}, `${kilo(of)} of ${kilo(mail.limit)}`), mail.clipped
          ? [": Gmail clips this mail. What comes after ", place(mail.clipped), " is behind “View entire message”."]
          : `: Gmail shows all of it, with ${kilo(mail.limit - of)} to spare.`),
      h("div", { class: "weights", "aria-hidden": "true" }, mail.parts.map(stripe)),
      h("p", { class: "caption" }, `${sources.length} source files of ${kilo(written)} → compiled ${kilo(compiled)} → with these data ${kilo(of)}.`),
      table("By kind", ["Part of the HTML", "Bytes", "Share"], mail.parts.map((part) => [h("td", {}, h("span", { class: "swatch", "data-kind": part.kind, "aria-hidden": "true" }), part.kind), ...bytes(part.bytes)])),
      table("By source line", ["Line that it comes from", "Bytes", "Share"], mail.lines.map((line) => [h("td", {}, place(line)), ...bytes(line.bytes)])),
      table("By element", ["Element", "Times", "Inline styles", "Bytes", "Share"], mail.elements.map((each) => [h("td", {}, h("code", {}, `<${each.name}>`)), h("td", { class: "number" }, String(each.count)), h("td", { class: "number" }, each.styles.toLocaleString("en")), ...bytes(each.bytes)])),
      mail.styles.length ? table("By inline style", ["Style", "Times", "Bytes", "Share"], mail.styles.map((each) => [h("td", {}, h("code", { class: "wrap", title: each.style }, each.style)), h("td", { class: "number" }, String(each.count)), ...bytes(each.bytes)])) : null,
      table("Source files", ["File", "Bytes as written"], [...sources].sort((a, b) => b.bytes - a.bytes).map((each) => [h("td", {}, place({ file: each.file, line: 1 })), h("td", { class: "number" }, each.bytes.toLocaleString("en"))])));
  }
}

/** One kind in the bar; by the object model, since the page's policy allows no style attribute. */
function stripe({ kind, bytes }) {
  const drawn = h("span", { "data-kind": kind, title: `${kind}: ${kilo(bytes)}` });
  drawn.style.flexGrow = bytes;
  return drawn;
}

function table(caption, heads, rows) {
  return h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": caption }, h("table", {},
    h("caption", {}, caption),
    h("thead", {}, h("tr", {}, heads.map((text, index) => h("th", { scope: "col", class: index ? "number" : null }, text)))),
    h("tbody", {}, rows.map((cells) => h("tr", {}, cells)))));
}
