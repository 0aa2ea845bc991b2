/* A whole mail drawn to fit its place. The next state loads behind the one that is shown and then takes its
   place, so that nothing flickers and nothing that was scrolled to moves. */
import { followArrival, isOther, pauseAfter } from "./arrivals.js";
import { h } from "./dom.js";
import { keepColours } from "./paper.js";
import { Place } from "./place.js";
import { bodyOf, rootOf } from "./unspoilt.js";

const SHORTEST = 120;

export class Sheet {
  /** `onload(document)` is told of each mail that is shown, `onfactor(factor)` how much smaller it is drawn. */
  constructor(box, { onload = () => undefined, onfactor = () => undefined } = {}) {
    this.box = box;
    this.onload = onload;
    this.onfactor = onfactor;
    this.shown = null;
    this.next = null;
    this.address = "";
    this.losses = 0; // in a row
    this.place = new Place(() => [box.parentElement]);
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(box);
  }

  /** Show the mail at `address`, `width` pixels wide, and say whether it has to be waited for; the title names it for screen readers. */
  show(address, { title, width }) {
    this.width = width;
    if (address === this.address && !this.lost && (this.next || !this.other)) {
      this.again = true;
      this.fit();
      return Boolean(this.next);
    }
    Object.assign(this, { address, other: false, again: false });
    this.next?.remove();
    const frame = h("iframe", { class: "waiting", sandbox: "allow-same-origin", title, src: address });
    frame.style.width = `${width}px`;
    this.next = frame;
    this.box.append(frame);
    followArrival(frame, { came: () => this.swap(frame), lost: () => this.lose(frame, { title, width }) });
    return true;
  }

  /** Let the mail go, and keep the room that it has taken. */
  drop() {
    this.next?.remove();
    this.shown?.remove();
    this.next = this.shown = null;
    this.address = "";
  }

  swap(frame) {
    if (this.next !== frame) return;
    this.next = null;
    this.lost = false;
    this.losses = 0;
    delete this.box.dataset.lost;
    this.other = isOther(frame); // who wants the version that was asked for has to load it
    this.shown?.remove();
    this.shown = frame;
    frame.classList.remove("waiting");
    this.fit();
    const body = bodyOf(frame.contentDocument);
    if (body) keepColours(frame.contentDocument);
    if (body) new ResizeObserver(() => this.shown === frame && this.fit()).observe(body);
    this.onload(frame.contentDocument);
    if (this.other && this.again) this.show(this.address, { title: frame.title, width: this.width }); // wanted again already while this came
  }

  /** What came is no mail, or half of one, since the server is away: keep what is shown, and ask again. */
  lose(frame, how) {
    if (this.next !== frame) return;
    this.next = null;
    this.lost = true;
    this.losses += 1;
    this.box.dataset.lost = "";
    frame.remove();
    const { address } = this;
    setTimeout(() => this.lost && this.address === address && !this.next && this.show(address, how), pauseAfter(this.losses));
  }

  /** As high as the mail, as wide as there is room. */
  fit() {
    const frame = this.shown;
    const mail = frame?.contentDocument && rootOf(frame.contentDocument);
    const room = this.box.parentElement?.clientWidth ?? 0;
    if (!mail || !room) return;
    const style = getComputedStyle(this.box.parentElement);
    const place = this.place.get();
    const factor = Math.min(1, (room - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)) / this.width);
    if (!(factor > 0)) return;
    frame.style.width = `${this.width}px`;
    frame.style.height = "0"; // the box keeps its height meanwhile, and with it the place scrolled to
    const height = Math.max(mail.scrollHeight, SHORTEST);
    frame.style.height = `${height}px`;
    frame.style.transform = factor < 1 ? `scale(${factor})` : "";
    this.box.style.setProperty("--wide", this.width); // by which it is made to fit on paper
    this.box.style.setProperty("--tall", height);
    this.box.style.width = `${this.width * factor}px`;
    this.box.style.height = `${height * factor}px`;
    this.place.go(place);
    this.onfactor(factor);
  }
}
