/* The row of this mail in an inbox, as mail clients cut it: sender, subject, preheader, and what of the body follows it. */
import { $, $$, h } from "./dom.js";

/* Layouts in CSS pixels, at the default settings of each client. `told` are characters of the preview that others have
   counted, as a measure for ours. Fonts and letters differ between machines: these are approximations. */
const TABLE = "themarketer.com, “How long should your preview texts be”";
const INBOXES = [
  { key: "gmail-web", label: "Gmail on the web", device: "window of 1280 pixels", rows: "sender in 168 px; subject and preview share one line", told: `97 characters of preview beside a short subject (${TABLE})` },
  { key: "gmail-app", label: "Gmail on a phone", device: "412 pixels", rows: "one line each for sender, subject and preview", told: `90 characters on an iPhone, where it has two lines (${TABLE})` },
  { key: "outlook-list", label: "Outlook for Windows", device: "message list of 320 pixels", rows: "one line each; the preview is one line of the default three-line list", told: `35 characters (${TABLE})` },
  { key: "outlook-app", label: "Outlook on a phone", device: "390 pixels", rows: "sender, subject, two lines of preview", told: `55 characters a line (${TABLE})` },
  { key: "ios", label: "Mail on an iPhone", device: "390 pixels", rows: "sender, subject, two lines of preview: the default of Settings, Mail, Preview", told: `81 characters (${TABLE})` },
];
const FILLER = /^[\s\u00a0\u00ad\u034f\u061c\u180e\u2000-\u200f\u2028-\u202f\u2060-\u2064\u3164\ufeff]+/;

export const initial = (email) => ([...(email.sender.name || email.sender.address)][0] ?? "?").toUpperCase();

/** What an inbox shows after the subject: `{preheader, filler, body}`, which are the first words of the mail in this order. */
export function snippet({ opening, preheader }) {
  const own = preheader.replace(/[ \t\r\n\f]+/g, " ").trim();
  const begins = own !== "" && opening.startsWith(own);
  const rest = begins ? opening.slice(own.length) : opening;
  const filler = FILLER.exec(rest)?.[0] ?? "";
  return { preheader: begins ? own : "", filler, body: rest.slice(filler.length) };
}

export class Inboxes {
  constructor(place) {
    this.place = place;
    this.caption = h("p", { class: "caption" }, "Roughly: each at its default settings, in light and dark. Words of the body are underlined where they show.");
    this.lacking = h("p", { class: "inbox-lacking" });
    // What is cut can be measured once the panel is seen, and anew when its letters have another size.
    new ResizeObserver(() => this.measure()).observe(place);
  }

  show(email) {
    this.shown = snippet(email);
    const { preheader } = this.shown;
    const lacking = !email.preheader ? "This mail has no preheader: an inbox shows the first words of the body."
      : preheader ? "" : "The preheader is not what the HTML begins with: an inbox shows the first words of the body in its place.";
    // The cards stay and their texts change: what was opened, scrolled to or has the focus is so after each letter typed.
    if (!this.caption.isConnected) this.place.replaceChildren(h("h2", {}, "As inboxes cut it"), this.caption, ...INBOXES.map((inbox) => this.card(inbox)));
    this.lacking.textContent = lacking;
    if (!lacking) this.lacking.remove();
    else if (!this.lacking.isConnected) this.caption.after(this.lacking);
    for (const card of $$("[data-inbox]", this.place)) for (const mock of $$(".mock", card)) mock.replaceChildren(...this.row(card.dataset.inbox, email));
    this.measure();
  }

  card({ key, label, device, rows, told }) {
    return h("section", { class: "inbox-card", "aria-label": label, "data-inbox": key },
      h("h3", {}, label, h("span", { class: "hint" }, ` ${device}`)),
      h("div", { class: "mocks", tabindex: "0", role: "region", "aria-label": `${label}, light and dark` }, ["light", "dark"].map((scheme) => h("div", { class: `mock ${key}`, "data-scheme": scheme }))),
      h("p", { class: "inbox-verdict" }),
      h("details", {}, h("summary", {}, "What it models"), h("p", {}, `${rows[0].toUpperCase()}${rows.slice(1)}. Counted by others: ${told}.`)));
  }

  row(key, email) {
    const { preheader, filler, body } = this.shown;
    return [
      h("span", { class: "avatar", "aria-hidden": "true" }, initial(email)),
      h("span", { class: "sender" }, email.sender.name || email.sender.address),
      h("span", { class: "words" },
        h("span", { class: "subject" }, email.subject || "(no subject)"),
        h("span", { class: "preview" }, key === "gmail-web" ? " - " : "", h("span", { class: "preheader" }, preheader), filler, h("span", { class: "leak" }, body))),
      h("span", { class: "when", "aria-hidden": "true" }, "10:30")];
  }

  /** Say of each inbox what it leaves of the texts. */
  measure() {
    for (const card of $$("[data-inbox]", this.place)) {
      const mock = $(".mock", card);
      if (!mock.checkVisibility()) return;
      const line = card.dataset.inbox === "gmail-web" ? $(".words", mock) : null;
      const seen = (part, box) => visible($(part, mock), line ?? $(box, mock));
      const [subject, preheader, leak] = [seen(".subject", ".subject"), seen(".preheader", ".preview"), seen(".leak", ".preview")];
      const of = (name, { shown, all }) => (shown < all ? `${name}: ${shown} of ${all} characters` : `${name}: all ${all} characters`);
      $(".inbox-verdict", card).replaceChildren(
        [of("Subject", subject), preheader.all ? of("Preheader", preheader) : "No preheader"].join(" · "), " · ",
        leak.shown ? h("strong", {}, `the body shows: “${[...$(".leak", mock).textContent].slice(0, leak.shown).join("").slice(0, 60)}”`) : "nothing of the body shows");
    }
  }
}

/** How many characters of the text in `element` are inside of `box`, and how many there are. */
function visible(element, box) {
  const node = element.firstChild;
  const letters = node ? [...node.data] : [];
  const edge = box.getBoundingClientRect();
  const range = document.createRange();
  const inside = (count) => {
    const end = letters.slice(0, count).join("").length;
    range.setStart(node, end - letters[count - 1].length);
    range.setEnd(node, end);
    const { right, bottom, left } = range.getBoundingClientRect();
    return right <= edge.right + 0.5 && bottom <= edge.bottom + 0.5 && left >= edge.left - 0.5;
  };
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (inside(middle)) low = middle;
    else high = middle - 1;
  }
  return { shown: low, all: letters.length };
}
