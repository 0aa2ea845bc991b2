/* What the checks say of a mail: of these data, of all fixtures, and of the mail as a browser lays it out. */
import { checkInBrowser, getCheck } from "./api.js";
import { $, badges } from "./dom.js";
import { findingsPanel } from "./panels.js";
import { state, update } from "./state.js";
import { withToken } from "./token.js";

const LOOKING = "A browser lays the mail out, with every fixture …";
const BY_HAND = "Press 'In a browser' to have axe-core look at the mail as it is laid out.";
const panel = $("#panel-findings");

export class Findings {
  /** `annotate(findings)` marks lines of the sources, `jump(file, line)` opens one. */
  constructor(name, { annotate, jump }) {
    Object.assign(this, { name, annotate, jump });
    this.mail = null;
    this.examined = false;
    this.forget();
  }

  /** Those of the mail that is shown; `examined` once the checks have looked at it. */
  of(mail, examined) {
    Object.assign(this, { mail, examined });
    this.show();
  }

  /** The files are others: what was said of all fixtures holds no more. */
  forget() {
    Object.assign(this, { checked: null });
    this.unsee();
  }

  /** What a browser has seen, or looks at, is of the files as they were. */
  unsee() {
    Object.assign(this, { seen: null, looking: null });
  }

  show() {
    const { scope } = state;
    const found = { all: this.checked, browser: this.seen?.value }[scope] ?? (scope === "fixture" ? this.mail : null);
    const known = { all: this.checked, browser: this.seen }[scope] ?? (scope === "fixture" && (!this.mail || this.examined));
    const pending = { browser: this.looking ? LOOKING : BY_HAND }[scope] ?? "The checks are running …";
    const problem = scope === "browser" && this.seen?.problem;
    findingsPanel(panel, { findings: found?.findings ?? [], scope, pending: known ? "" : pending, problem }, { jump: this.jump, rescope: (wanted) => this.rescope(wanted) });
    this.annotate([...(this.checked?.findings ?? []), ...(this.mail?.findings ?? []), ...(this.seen?.value?.findings ?? [])]);
  }

  rescope(scope) {
    update({ scope });
    if (scope === "browser") this.look();
    this.show();
    $(`[aria-pressed="true"]`, panel)?.focus();
  }

  /** What axe-core sees, which takes a browser: asked for by hand, of the files as they are. */
  async look() {
    if (this.looking) return;
    const mine = {};
    Object.assign(this, { looking: mine, seen: null });
    const seen = await withToken((token) => checkInBrowser(this.name, token));
    if (this.looking !== mine) return; // it is said of the files as they were
    Object.assign(this, { looking: null, seen });
    this.show();
  }

  /** What the checks have found with every fixture. */
  async read() {
    const { value } = await getCheck(this.name);
    this.checked = value ?? null;
    if (value) $("#tab-findings [data-badges]").replaceChildren(...badges(value.counts));
    this.show();
  }
}
