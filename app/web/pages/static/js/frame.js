/* The mail in its sandboxed frame. The next state loads behind the one that is shown and then takes its place,
   so that nothing flickers and the place scrolled to stays. */
import { $, h } from "./dom.js";
import { followArrival, isOther, pauseAfter } from "./arrivals.js";
import { keepColours } from "./paper.js";
import { Place } from "./place.js";
import { beside, bodyOf, rootOf, scrolledOf } from "./unspoilt.js";

const SMALLEST = 200;
const LARGEST = 2000;

export class Frame {
  /** `onresize(width)` is told while the grip is dragged, `onload(document)` when a mail is shown. */
  constructor(stage, { onresize, onload }) {
    this.stage = stage;
    this.onload = onload;
    this.onresize = onresize;
    this.box = h("div", { class: "frame" });
    this.shown = null;
    this.next = null;
    this.address = "";
    this.losses = 0; // in a row
    this.place = new Place(() => [stage, (this.shown?.contentDocument && scrolledOf(this.shown.contentDocument)) ?? null]);
    this.box.append(this.grip());
    $(".frame-holder", stage).append(this.box);
    this.observer = new ResizeObserver(() => this.fit());
    new ResizeObserver(() => this.scale()).observe(stage);
    this.whole = true;
    $("#scale").addEventListener("click", () => { this.whole = !this.whole; this.scale(); });
  }

  /** `tall` 0 is as high as the mail; else the mail scrolls in so many pixels, as on a device. */
  size(pixels, tall = 0) {
    this.tall = tall;
    this.box.style.width = `${pixels}px`;
    this.box.classList.toggle("device", Boolean(tall));
    $(".grip", this.box).setAttribute("aria-valuenow", String(pixels));
    this.fit();
  }

  /** Load another address, if it is another; the title names the frame for screen readers. */
  show(address, title) {
    if (address === this.address && !this.failed && !this.lost && (this.next || !this.other)) {
      this.again = true;
      return Boolean(this.next);
    }
    Object.assign(this, { address, other: false, again: false });
    this.next?.remove();
    const frame = h("iframe", { class: "waiting", sandbox: "allow-same-origin", title, src: address });
    this.next = frame;
    this.box.append(frame);
    followArrival(frame, {
      came: () => {
        this.losses = 0;
        // A mail that took longer is shown already, and only now has a height.
        if (this.shown === frame) this.settle();
        else this.swap(frame);
      },
      begun: () => this.begin(frame),
      lost: () => this.lose(frame, title),
    });
    return true;
  }

  /** Show what there is so far, if that is anything. */
  begin(frame) {
    const body = bodyOf(frame.contentDocument);
    if (!body || !beside(body, "down")) return false;
    this.swap(frame);
    return true;
  }

  /** What came is no mail, or half of one, since the server is away: keep what is shown, and ask again. */
  lose(frame, title) {
    if (this.next !== frame && (this.next || this.shown !== frame)) return;
    if (this.next) frame.remove();
    this.next = null;
    this.lost = true;
    this.losses += 1;
    this.stage.dataset.lost = "";
    const { address } = this;
    // What cannot be rendered is not kept either: as soon as it can be, it is shown anyhow.
    setTimeout(() => this.lost && !this.failed && this.address === address && !this.next && this.show(address, title), pauseAfter(this.losses));
  }

  /** Whether what is shown is out of date because the newest state has failed. */
  fail(failed) {
    this.failed = failed;
    this.stage.dataset.state = failed ? "failed" : "shown";
  }

  swap(frame) {
    if (this.next !== frame) return;
    this.next = null;
    this.lost = false;
    delete this.stage.dataset.lost;
    this.other = isOther(frame); // who wants the version that was asked for has to load it
    const place = this.place.get();
    const old = this.shown;
    this.shown = frame;
    frame.classList.remove("waiting");
    old?.remove();
    this.settle(place);
    if (this.other && this.again) this.show(this.address, frame.title); // wanted again already while this came
  }

  /** Fit the frame to what is in it now, and from now on. */
  settle(place = this.place.get()) {
    this.observer.disconnect();
    this.fit(place);
    const mail = this.shown.contentDocument;
    const body = mail && bodyOf(mail);
    if (body) {
      keepColours(mail);
      this.observer.observe(body);
      this.onload(mail);
    }
  }

  /** As high as the mail, so that the page scrolls and the frame does not; or as high as the device. */
  fit(place = this.place.get()) {
    const frame = this.shown;
    const mail = frame?.contentDocument && rootOf(frame.contentDocument);
    if (!mail) return;
    if (!this.tall) frame.style.height = "0";
    const height = this.tall || Math.max(mail.scrollHeight, 120);
    frame.style.height = `${height}px`;
    this.box.style.minHeight = `${height}px`;
    this.box.style.setProperty("--wide", this.box.offsetWidth); // by which it is made to fit on paper
    this.box.style.setProperty("--tall", height);
    this.scale();
    this.place.go(place);
  }

  /** A mail that is wider than its place is drawn smaller, and the factor is said; a click shows it at full size. */
  scale() {
    const style = getComputedStyle(this.box.parentElement);
    const room = this.stage.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const fitting = Math.min(1, room / this.box.offsetWidth);
    if (!(fitting > 0)) return; // not drawn at present
    this.factor = this.whole ? fitting : 1;
    const smaller = this.factor < 1;
    this.box.style.transform = smaller ? `scale(${this.factor})` : "";
    // What is drawn smaller takes as much room as before; beside and below it nothing should be empty.
    const gone = (size) => `${-size * (1 - this.factor)}px`;
    this.box.style.margin = smaller ? `0 ${gone(this.box.offsetWidth)} ${gone(this.box.offsetHeight)} 0` : "";
    const button = $("#scale");
    button.hidden = fitting === 1;
    button.textContent = `${Math.round(this.factor * 100)} %`;
    button.setAttribute("aria-label", `${button.textContent}, drawn to fit`);
    button.setAttribute("aria-pressed", String(this.whole));
    button.title = this.whole ? "Drawn smaller, so that it fits. Click for full size" : "Full size. Click to fit";
  }

  grip() {
    const grip = h("div", { class: "grip", role: "slider", tabindex: "0", "aria-label": "Width of the mail", "aria-valuemin": SMALLEST, "aria-valuemax": LARGEST });
    const set = (pixels) => this.onresize(Math.round(Math.min(LARGEST, Math.max(SMALLEST, pixels))));
    grip.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -10, ArrowRight: 10 }[event.key];
      if (!step) return;
      event.preventDefault();
      set(this.box.offsetWidth + (event.shiftKey ? step * 5 : step));
    });
    grip.addEventListener("pointerdown", (event) => {
      const start = event.clientX;
      const width = this.box.offsetWidth;
      grip.setPointerCapture(event.pointerId);
      grip.classList.add("dragging");
      this.stage.classList.add("dragging-frame");
      // The mail is centred, so that its edge moves half as far as its width grows.
      const move = (moved) => set(width + (2 * (moved.clientX - start)) / (this.factor ?? 1));
      grip.addEventListener("pointermove", move);
      grip.addEventListener("lostpointercapture", () => {
        grip.removeEventListener("pointermove", move);
        grip.classList.remove("dragging");
        this.stage.classList.remove("dragging-frame");
      }, { once: true });
    });
    return grip;
  }
}
