/* What a caller writes to send this mail: asked for when it is looked at. */
import { getSnippets } from "./api.js";
import { h, press, $ } from "./dom.js";

const NOTES = {
  python: "The client of the Lambdas: the data are held to the contract, the release stays in memory, the last good one serves through an outage.",
  node: "There is no client for Node: it reads the stable keys of the bucket with the two modules of examples/node. Nothing checks the data, and no release is pinned.",
};

export class Snippet {
  constructor(place, name) {
    Object.assign(this, { name, wanted: "", shown: "", language: "python", texts: null });
    const tab = (key, label) => h("button", { type: "button", "data-language": key, "aria-pressed": String(key === "python") }, label);
    this.choice = h("span", { class: "segments", role: "group", "aria-label": "Language" }, tab("python", "Python"), tab("node", "Node"));
    this.choice.addEventListener("click", ({ target }) => target.dataset.language && this.choose(target.dataset.language));
    this.said = h("span", { class: "hint", role: "status" });
    this.note = h("p", { class: "caption" });
    this.code = h("pre", { class: "snippet", tabindex: "0", "aria-label": "Snippet" });
    this.details = h("details", { class: "call" }, h("summary", {}, "Call it from Python or Node"),
      h("div", { class: "call-bar" }, this.choice, h("button", { type: "button", class: "button small", onclick: () => this.copy() }, "Copy snippet"), this.said), this.note, this.code);
    this.details.addEventListener("toggle", () => this.read());
    place.replaceChildren(this.details);
  }

  /** The mail of `query` in this `version` is what is to be sent. */
  show(query, version) {
    this.query = query;
    this.wanted = JSON.stringify([query, version]);
    return this.read();
  }

  async read() {
    if (!this.details.open || this.wanted === this.shown) return;
    const asked = this.wanted;
    const { value, problem } = await getSnippets(this.name, this.query);
    if (asked !== this.wanted) return;
    this.shown = problem ? "" : asked;
    this.texts = value ?? null;
    this.said.textContent = problem ? `${problem.title}. ${problem.detail}` : "";
    this.draw();
  }

  choose(language) {
    this.language = language;
    press(this.choice, $(`[data-language=${language}]`, this.choice));
    this.draw();
  }

  draw() {
    this.note.textContent = NOTES[this.language];
    this.code.textContent = this.texts?.[this.language] ?? "";
  }

  async copy() {
    if (!this.code.textContent) return; // what is said instead stands there already
    try {
      await navigator.clipboard.writeText(this.code.textContent);
      this.said.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(this.code);
      this.said.textContent = "The browser does not let a page copy here; the snippet is selected: press Ctrl+C.";
    }
  }
}
