/* How the mail is looked at: width and height of the frame, colour scheme, client. */
import { $, $$, following, press } from "./dom.js";
import { state, update } from "./state.js";

const NARROWEST = 200;
const WIDEST = 2000;
const TALLEST = 4000;

const whole = (text, least, most) => Math.min(most, Math.max(least, Math.round(Number(text)) || 0));
const values = (select, which = "") => $$(`option${which}`, select).map((option) => option.value);

export class Views {
  /** `onview()` is told when the mail must be fetched anew, `onwidth()` when it is shown in another width, and
      `onsettings()` when the address has changed. */
  constructor(frame, { onview, onwidth, onsettings }) {
    this.onwidth = onwidth;
    this.frame = frame;
    this.onview = onview;
    this.onsettings = onsettings;
  }

  /** Show what the address says, and listen. */
  begin() {
    this.setWidth(Number(state.width) ? whole(state.width, NARROWEST, WIDEST) : 640, Number(state.height) ? whole(state.height, NARROWEST, TALLEST) : "");
    press($("#schemes"), $(`[data-scheme="${state.scheme === "dark" ? "dark" : "light"}"]`));
    this.showClient();
    $("#controls").addEventListener("click", () => this.unfold(!$("#main").classList.contains("unfolded")));
    $("#widths").addEventListener("click", (event) => event.target.dataset.width && this.setWidth(event.target.dataset.width));
    $("#width").addEventListener("change", (event) => this.setWidth(whole(event.target.value || 640, NARROWEST, WIDEST), state.height));
    $("#device").addEventListener("change", (event) => this.setDevice(event.target.value));
    $("#schemes").addEventListener("click", (event) => event.target.dataset.scheme && this.setScheme(event.target.dataset.scheme));
    $("#client").addEventListener("change", (event) => this.setClient(event.target.value));
  }

  /** On a phone most controls are folded away: the mail is what one came for. */
  unfold(open) {
    $("#main").classList.toggle("unfolded", open);
    $("#controls").setAttribute("aria-expanded", String(open));
    this.frame.fit();
  }

  /** `height` "" is the whole mail; with one, it scrolls as on the device. */
  setWidth(width, height = "") {
    update({ width: String(width), height: String(height) });
    $("#width").value = width;
    press($("#widths"), height ? null : $(`[data-width="${CSS.escape(String(width))}"]`));
    const device = `${width}x${height}`;
    $("#device").value = values($("#device")).includes(device) ? device : "";
    this.frame.size(Number(width), Number(height));
    this.onwidth();
    this.onsettings();
  }

  nextWidth() {
    this.setWidth(following(["640", "768", "375"], state.width));
  }

  /** `device` is width and height, "" for the whole mail as wide as it is. */
  setDevice(device) {
    const [width, height] = device ? device.split("x") : [state.width, ""];
    this.setWidth(width, height);
  }

  nextDevice() {
    this.setDevice(following(values($("#device")), $("#device").value));
  }

  setScheme(scheme) {
    update({ scheme });
    press($("#schemes"), $(`[data-scheme="${CSS.escape(scheme)}"]`));
    this.onview();
    this.onsettings();
  }

  turnScheme() {
    if (!$("#schemes button").disabled) this.setScheme(state.scheme === "dark" ? "light" : "dark");
  }

  setClient(client) {
    update({ client });
    this.showClient();
    this.onview();
    this.onsettings();
  }

  nextClient() {
    this.setClient(following(values($("#client"), ":not([data-real])"), state.client));
  }

  nextRealClient() {
    this.setClient(following(["", ...values($("#client"), "[data-real]")], state.client));
  }

  /** A client that forces dark colours asks for no scheme. */
  showClient() {
    $("#client").value = state.client;
    for (const button of $$("#schemes button")) button.disabled = state.client === "forced-dark";
  }
}
