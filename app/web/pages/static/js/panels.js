/* The tabs beside the preview: text, headers, links, contract, findings. */
import { downloadOf } from "./api.js";
import { $, h } from "./dom.js";
import { initial, snippet } from "./inboxes.js";
import { inWords } from "./problem.js";

const NOUNS = { error: "error", warning: "warning", info: "remark" };
const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const count = (text) => `${[...text].length} characters`;

export function textPanel(panel, name, email, query) {
  panel.replaceChildren(
    h("div", { class: "pane-bar" }, h("span", { class: "hint" }, counted(email.text.trimEnd().split("\n").length, "line")), h("span", { class: "grow" }),
      h("a", { class: "button small", href: downloadOf(name, { ...query, format: "text" }), download: true, "data-take": true }, "Text ↓")),
    h("div", { class: "pane" }, h("pre", { class: "plain" }, email.text)));
}

/** One row as Gmail lists it on the web. */
export function inboxRow(place, email) {
  const { preheader, filler, body } = snippet(email);
  place.replaceChildren(
    h("span", { class: "avatar", "aria-hidden": "true" }, initial(email)),
    h("span", { class: "sender", title: email.sender.address }, email.sender.name || email.sender.address),
    h("span", { class: "line" }, h("b", {}, email.subject || "(no subject)"), h("span", { class: "snippet" }, ` - ${preheader}${filler}${body}`)),
    h("span", { class: "when" }, "10:30"));
}

export function headersPanel(panel, name, email, query) {
  const mailbox = email.sender.name ? `${email.sender.name} <${email.sender.address}>` : email.sender.address;
  const fact = (term, text, note) => [h("dt", {}, term), h("dd", {}, text || "none", note && h("span", { class: "length" }, note))];
  panel.replaceChildren(h("div", { class: "pane" },
    h("dl", { class: "facts" },
      fact("From", mailbox),
      fact("Reply-To", email.replyTo),
      fact("Subject", email.subject, count(email.subject)),
      fact("Preheader", email.preheader, count(email.preheader)),
      fact("HTML", `${email.htmlBytes.toLocaleString("en")} bytes`),
      fact("Text", `${new Blob([email.text]).size.toLocaleString("en")} bytes`)),
    h("p", {}, ["eml", "html", "text"].flatMap((format) => [
      h("a", { class: "button", href: downloadOf(name, { ...query, format }), download: true, "data-take": true }, `${format.toUpperCase()} ↓`), " "]))));
}

/** `pending` says in place of findings why there are none yet, `problem` why there are none at all. */
export function findingsPanel(panel, { findings, scope, pending, problem }, { jump, rescope }) {
  const tab = (value, label) => h("button", { type: "button", "aria-pressed": String(scope === value), onclick: () => rescope(value) }, label);
  const order = ["error", "warning", "info"];
  const sorted = [...findings].sort((a, b) => Boolean(a.waiver) - Boolean(b.waiver) || order.indexOf(a.severity) - order.indexOf(b.severity));
  panel.replaceChildren(
    h("div", { class: "pane-bar" },
      h("div", { class: "segments", role: "group", "aria-label": "Findings of" }, tab("fixture", "These data"), tab("all", "All fixtures"), tab("browser", "In a browser")),
      h("span", { class: "hint" }, order.map((kind) => counted(findings.filter((finding) => finding.severity === kind && !finding.waiver).length, NOUNS[kind])).join(" · "))),
    h("div", { class: "pane" },
      pending ? h("p", { class: "empty", role: "status" }, pending)
        : problem ? h("p", { class: "empty error-text", role: "alert" }, inWords(problem))
        : sorted.length ? h("ul", { class: "findings" }, sorted.map((finding) => item(finding, jump)))
          : h("p", { class: "empty" }, "Nothing to report.")));
}

function item(finding, jump) {
  const place = `${finding.file}${finding.line ? `:${finding.line}` : ""}${finding.line && finding.column ? `:${finding.column}` : ""}`;
  return h("li", { class: `finding ${finding.severity}` },
    h("div", { class: "finding-head" }, h("span", { class: "severity" }, finding.severity),
      finding.line ? h("button", { type: "button", class: "link place", onclick: () => jump(finding.file, finding.line) }, place) : h("span", { class: "place" }, place),
      h("span", { class: "grow" }), finding.fixture && h("span", { class: "pill" }, finding.fixture), h("span", { class: "code-name" }, finding.code)),
    h("p", {}, finding.message),
    finding.waiver ? h("p", { class: "remedy" }, `Waived: ${finding.waiver}`) : finding.remedy && h("p", { class: "remedy" }, finding.remedy));
}

const GMAIL_CLIP = 102 * 1024;

/** How much of what Gmail shows of a mail its HTML takes. */
export function meter(bytes) {
  const share = bytes / GMAIL_CLIP;
  const kilo = (bytes / 1024).toFixed(1);
  $("#meter").hidden = false;
  $("#meter").dataset.level = share >= 1 ? "over" : share > 0.9 ? "near" : "fine";
  $("#meter").title = share >= 1 ? "Gmail shows the beginning of this mail only" : "Gmail clips a mail at 102 kB of HTML";
  $(".meter-fill").style.width = `${Math.min(100, share * 100)}%`;
  $(".meter-track").setAttribute("aria-valuenow", kilo);
  $(".meter-label").textContent = `${kilo} of 102 kB`;
}
