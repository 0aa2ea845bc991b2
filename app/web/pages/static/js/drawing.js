/* The mail as a real mail client draws it, which a program on the server does: it takes seconds. */
import { $, h } from "./dom.js";
import { rootOf } from "./unspoilt.js";

const PAUSE = 300;

export class Drawing {
  /** `oncancel` gives the client up, `onagain` asks it once more. */
  constructor(stage, { oncancel, onagain }) {
    Object.assign(this, { stage, oncancel, onagain });
    this.place = $("#drawing");
  }

  /** The label of the real client that is chosen, "" for none. */
  get client() {
    const option = $("#client").selectedOptions[0];
    return option?.hasAttribute("data-real") ? option.textContent : "";
  }

  /** Have `show` load it: at once, or for a client once nothing else has been asked for a moment. */
  ask(show) {
    clearTimeout(this.timer);
    const { client } = this;
    if (!client) {
      this.over();
      return show();
    }
    this.tell(client);
    this.timer = setTimeout(() => show() || this.over(), PAUSE);
    return undefined;
  }

  /** The frame has something new: a picture, a page, or why there is none, which may be another in a moment. */
  over(mail) {
    this.stage.toggleAttribute("data-drawing", false);
    const busy = this.client && mail && rootOf(mail).dataset.failed === "503";
    const focused = this.place.contains(document.activeElement);
    this.place.hidden = !busy;
    if (busy) this.place.replaceChildren(h("div", {}, h("button", { type: "button", class: "button small", onclick: this.onagain }, "Try again")));
    if (focused) (busy ? $("button", this.place) : $("#client")).focus();
  }

  tell(client) {
    if (this.stage.hasAttribute("data-drawing") && this.told === client) return;
    this.told = client;
    this.stage.toggleAttribute("data-drawing", true);
    this.place.replaceChildren(h("div", {}, h("span", {}, `${client} draws this mail on the server …`),
      h("button", { type: "button", class: "button small", onclick: this.oncancel }, "Cancel")));
    this.place.hidden = false;
  }
}
