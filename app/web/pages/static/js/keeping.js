/* What was typed, kept: as a new fixture, in the place of the one that was opened, on the clipboard, in a file. */
import * as api from "./api.js";
import { $ } from "./dom.js";
import { notice } from "./notices.js";
import { inWords } from "./problem.js";
import { state } from "./state.js";
import { withToken } from "./token.js";

export class Keeping {
  /** `fixture()` is the open one, or undefined; `onsaved(saved, text, stayed)` is told when a file has been written:
   *  with which text, and whether the page still shows the fixture that it showed then. */
  constructor(name, editor, { fixture, onsaved }) {
    this.name = name;
    this.editor = editor;
    this.fixture = fixture;
    this.onsaved = onsaved;
    $("#update-fixture").addEventListener("click", () => this.update());
    $("#save-fixture").addEventListener("click", () => this.ask($("#save-as").hidden));
    $("#save-as").addEventListener("submit", (event) => { event.preventDefault(); this.save($("#fixture-name").value.trim(), ""); });
    $("#copy-data").addEventListener("click", () => this.copy());
    $("#download-data").addEventListener("click", () => this.download());
  }

  /** Which buttons can be used just now. */
  show() {
    const set = this.fixture();
    $("#update-fixture").disabled = !set?.digest || !this.editor.edited;
    $("#update-fixture").textContent = set ? `Update '${set.scenario}'` : "Update fixture";
  }

  ask(open) {
    $("#save-as").hidden = !open;
    $("#save-fixture").setAttribute("aria-expanded", String(open));
    if (open) $("#fixture-name").focus();
  }

  update() {
    const { scenario } = this.fixture();
    // What was there when the typing began: a file that was saved meanwhile is not written over.
    return this.save(scenario, this.editor.begunWith ?? this.editor.digest);
  }

  async save(scenario, readAs) {
    if (this.saving) return undefined; // pressed again before the answer came: the second would be refused by the first
    const text = this.editor.area.value; // what is typed on meanwhile is not saved
    const { fixture } = state;
    this.saving = true;
    notice(`Saving '${scenario}' …`);
    const { value, problem } = await withToken((token) => api.saveFixture(this.name, { scenario, text, readAs }, token));
    this.saving = false;
    // It stays until it is put away: the mail may be drawn anew meanwhile, and then speaks of itself.
    if (problem?.status === 0) return notice(`No answer came: whether '${scenario}' was saved is not known. Save it once more; of the same data that changes nothing.`);
    if (problem?.code === "fixture-changed" && readAs) return this.offerOther(problem);
    if (problem) return notice(`Not saved. ${inWords(problem)}`);
    this.ask(false);
    return this.onsaved(value, text, fixture === state.fixture);
  }

  /** Somebody has saved the same fixture: theirs is shown, and what was typed can be had back, as an edit of that. */
  offerOther(problem) {
    notice(`Not saved. ${inWords(problem)}`, () => this.editor.reset(), { instead: "Show what is there now" });
  }

  async copy() {
    try {
      await navigator.clipboard.writeText(this.editor.area.value);
      this.editor.say("Copied.");
    } catch {
      this.editor.area.select();
      this.editor.say("The browser does not let a page copy here; the data are selected: press Ctrl+C.");
    }
  }

  download() {
    const link = $("#download-data");
    link.download = `${this.name.split("/").pop()}-${this.fixture()?.scenario ?? "data"}.json`;
    link.href = `data:application/json;charset=utf-8,${encodeURIComponent(this.editor.area.value)}`;
  }
}
