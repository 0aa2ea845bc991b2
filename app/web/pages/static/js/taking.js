/* What can be taken away: files of the mail, and a test into a mailbox. */
import { downloadOf, sendTest } from "./api.js";
import { $, $$, h } from "./dom.js";
import { unanswered } from "./live.js";
import { notice, putAway } from "./notices.js";
import { inWords } from "./problem.js";
import { withToken } from "./token.js";

const KEPT = "bbws-recipient";
const KEPT_MS = 60_000; // how long a browser may take to begin with a file that it has been given
const menu = $("#take");

/** The files of what is shown; the picture is as wide and in the colours that it is looked at in. */
export function offerFiles(name, query, { width, scheme }) {
  const looked = { png: { width, scheme } };
  for (const link of $$("[data-format]", menu)) link.href = downloadOf(name, { ...query, ...looked[link.dataset.format], format: link.dataset.format });
  $("#looked-at").textContent = `${width} px wide, ${scheme}`;
}

/** `fixture()` is the name of the one that is shown, "" for none. */
export function startTaking(name, fixture) {
  $("#send-test").addEventListener("click", () => { close(); ask(name, fixture()); });
  menu.addEventListener("click", (event) => event.target.closest("a") && close());
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-take]"); // of the menu, and beside what the panels show
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    take(link);
  });
  menu.addEventListener("focusout", (event) => event.relatedTarget && !menu.contains(event.relatedTarget) && close());
  document.addEventListener("click", (event) => menu.contains(event.target) || close());
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    close();
    $("summary", menu).focus();
  });
}

const close = () => { menu.open = false; };

/** Fetch what `link` leads to and hand it over: of its own, a browser says of a refusal only that it is one. */
async function take(link) {
  const { href } = link;
  const words = link.textContent.replace("↓", "").trim();
  notice(`${words}: being made …`);
  try {
    const response = await fetch(href, { headers: { Accept: "application/problem+json, */*" } });
    if (!response.ok) return refused(await response.json());
    const url = URL.createObjectURL(await response.blob());
    h("a", { href: url, download: nameIn(response.headers.get("Content-Disposition")) }).click();
    setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
    return putAway();
  } catch {
    unanswered();
    return refused({ detail: "The server does not answer.", remedy: "Take it again when it does." });
  }
}

const refused = (problem) => notice(`Not taken. ${inWords(problem)}`);

/** The name of a file as RFC 6266 has it. */
function nameIn(disposition) {
  const [, plain] = /filename="([^"]*)"/.exec(disposition) ?? [];
  const [, coded] = /filename\*=UTF-8''([^;]*)/.exec(disposition) ?? [];
  return coded ? decodeURIComponent(coded) : plain ?? "";
}

function ask(name, fixture) {
  const to = h("input", { type: "email", id: "test-recipient", required: true, autocomplete: "email", spellcheck: "false" });
  to.value = localStorage.getItem(KEPT) ?? "";
  const wrong = h("p", { class: "error-text", role: "alert" });
  const submit = h("button", { type: "submit", class: "button" }, "Send");
  const form = h("form", { method: "dialog", class: "ask" },
    h("h2", { id: "test-title" }, "Send a test"),
    h("p", {}, fixture
      ? `The mail with the fixture '${fixture}', by the mail server of the settings, to an address that they allow.`
      : "A test has the data of a fixture, and this template has none."),
    h("label", { for: "test-recipient" }, "To"), to, wrong,
    h("div", { class: "row" }, h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Cancel"), submit));
  submit.disabled = !fixture;
  const dialog = h("dialog", { class: "help", "aria-labelledby": "test-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (submit.disabled) return undefined;
    localStorage.setItem(KEPT, to.value);
    submit.disabled = true;
    wrong.textContent = "";
    const { value, problem } = await withToken((token) => sendTest(name, { fixture, to: to.value }, token));
    submit.disabled = false;
    if (problem) {
      const said = `Not sent. ${inWords(problem)}`;
      if (!dialog.isConnected) return notice(said); // put away before the answer came
      wrong.textContent = said;
      return undefined;
    }
    dialog.close();
    return notice(`Sent to ${value.to}: ${value.subject}`);
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  to.focus();
}
