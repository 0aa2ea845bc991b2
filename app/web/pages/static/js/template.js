/* The page of one template: brings the state in the address, the API and the panels together. */
import * as api from "./api.js";
import { clientNote } from "./clients.js";
import { contractPanel } from "./contract.js";
import { $, $$, following, h } from "./dom.js";
import { Drawing } from "./drawing.js";
import { Editor } from "./editor.js";
import { Findings } from "./findings.js";
import { startFonts } from "./fonts.js";
import { Form } from "./form.js";
import { Frame } from "./frame.js";
import { Inboxes } from "./inboxes.js";
import { bind } from "./keys.js";
import { Inspector } from "./inspect.js";
import { Keeping } from "./keeping.js";
import { linksPanel } from "./links.js";
import { on, start } from "./live.js";
import { startStrip } from "./strip.js";
import { startNav } from "./nav.js";
import { carry, carryTyped, go, nextLanguage, reloadList } from "./neighbours.js";
import { notice } from "./notices.js";
import { headersPanel, inboxRow, meter, textPanel } from "./panels.js";
import { startPictures } from "./pictures.js";
import { problemCard } from "./problem.js";
import { offerFiles, startTaking } from "./taking.js";
import { Snippet } from "./snippet.js";
import { partsOf, SourceView } from "./sources.js";
import { addressFaults, editedData, isAddressed, load, setEditedData, state, update } from "./state.js";
import { listenToTabs, openTab as showTab, tabs } from "./tabs.js";
import { Views } from "./views.js";
import { WeightPanel } from "./weight.js";

const name = $("#layout").dataset.template;
const page = { template: null, sources: [], email: null, query: null };
let abort = null;
let behind = false; // the files have changed, and nobody has read them to the end since
let keys = null;

const frame = new Frame($("#panel-preview"), {
  onresize: (width) => views.setWidth(width, state.height),
  onload: (mail) => { drawing.over(mail); keys?.inside(mail); inspector.watch(mail); },
});
const drawing = new Drawing($("#panel-preview"), { oncancel: () => views.setClient(""), onagain: () => { frame.address = ""; showFrame(); } });
const views = new Views(frame, {
  onview: () => page.email && show(page.email),
  onwidth: () => drawing.client && page.query && showFrame(), // a picture is of one width
  onsettings: () => { carry(); offer(); },
});
const sourceView = new SourceView($("#panel-source"), "Source file", (file) => update({ file, line: "" }));
const findings = new Findings(name, { annotate: (found) => sourceView.annotate(found), jump: (file, line) => jump(file, line) });
const inboxes = new Inboxes($("#inboxes"));
const snippet = new Snippet($("#snippet"), name);
const weight = new WeightPanel($("#panel-weight"), name, (file, line) => jump(file, line));
const inspector = new Inspector(name, frame, { query: () => page.query, jump, editor: (...place) => sourceView.addressOf(...place), onstart: () => openTab("preview") });
const compiledView = new SourceView($("#panel-compiled"), "Compiled part", () => undefined);
const editor = new Editor({
  onchange: async (text) => {
    if (!(await setEditedData(text))) notice("The data are too long for the address: a reload or a link will not have them. Copy them before you leave.");
    await refresh();
  },
  onreset: (typed) => offerUndo(typed, state.fixture),
  onlenient: (lenient) => { update({ lenient: lenient ? "1" : "" }); refresh(); },
  ontoggle: () => frame.fit(),
});

editor.attach(new Form(name, {
  text: () => editor.area.value,
  change: (text, place) => editor.write(text, place),
  say: (sentence) => editor.say(sentence),
}));

const opened = () => page.template?.fixtureSets.find((set) => set.scenario === scenario());
const keeping = new Keeping(name, editor, { fixture: opened, onsaved: kept });
editor.onmark = () => keeping.show();

/** A fixture has been written: unless another was chosen meanwhile it is the open one now, and has what was sent. */
async function kept({ scenario: saved, file, digest }, text, stayed) {
  if (stayed) {
    editor.saved(text, digest);
    update({ fixture: saved });
    if (!editor.edited) await setEditedData(null);
  }
  notice(`Saved: ${file}`);
  refresh({ files: true });
}

/* --- notices: what a person must know of, and may undo -------------------------------------------- */

/** The fixture is shown again; what was typed can be had back. */
function offerUndo(typed, fixture) {
  if (typed === null) return;
  notice("The edited data were put away.", () => {
    if (fixture !== state.fixture) { update({ fixture }); showFixtures(); }
    editor.restore(typed);
    editor.toggle(true);
    editor.read();
  });
}

/** What the address asked for and could not be had. */
function tellAddress() {
  const sets = page.template?.fixtureSets ?? [];
  const faults = [...addressFaults()];
  if (state.fixture && page.template && !sets.some((set) => set.scenario === state.fixture)) {
    faults.push(`There is no fixture '${state.fixture.slice(0, 60)}'; the mail is shown with ${scenario() ? `'${scenario()}'` : "placeholders"}.`);
    update({ fixture: "" });
    showFixtures();
  }
  if (state.tab === "source" && state.file && !sourceView.jump(state.file, Number(state.line) || 1)) faults.push(`It is not made of a file '${state.file.slice(0, 60)}'.`);
  if (faults.length) notice(faults.join(" "));
}

/* --- what is shown ------------------------------------------------------------------------------- */

const scenario = () => {
  const sets = page.template?.fixtureSets ?? [];
  return sets.find((set) => set.scenario === state.fixture)?.scenario ?? page.template?.defaultFixture ?? "";
};

function request() {
  const lenient = state.lenient === "1";
  const text = editedData();
  if (text !== null) {
    try {
      JSON.parse(text);
      return { text, lenient };
    } catch {
      return null; // the editor has said so
    }
  }
  if (scenario()) return { fixture: scenario(), lenient };
  return { data: page.template.placeholders ?? {}, lenient: true };
}

/** What was typed, as a value; undefined when a fixture is shown as it is. */
function typedData() {
  const { text, data } = request() ?? {};
  return text === undefined ? data : JSON.parse(text);
}

/** Ask for everything anew and show it; a newer call overtakes an older one. */
async function refresh({ files = false } = {}) {
  behind ||= files; // who overtakes a call reads them in its place
  abort?.abort();
  abort = new AbortController();
  const { signal } = abort;
  try {
    const first = !page.template;
    if (first) await readTemplate(signal);
    const body = page.template && request();
    if (!page.template || !body || signal.aborted) return;
    // The mail first: what else there is to read after a save, and the checks, take longer than it does.
    const { value, problem } = await api.render(name, body, signal);
    if (signal.aborted) return;
    if (value) {
      fail();
      editor.judge();
      show(value);
    }
    if (behind && !first) await readTemplate(signal);
    if (signal.aborted) return;
    if (body.fixture && body.fixture !== scenario()) return void refresh(); // that fixture has just gone
    if (value) {
      showTemplate(value);
      await examine(body, signal);
    } else {
      fail(problem);
      editor.judge(problem);
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

/** What takes longer than the mail, asked for when the mail is there. */
async function examine(body, signal) {
  const { value, problem } = await api.render(name, { ...body, checks: true, references: true }, signal);
  if (signal.aborted) return;
  if (value) linksPanel($("#panel-links"), name, value);
  // The mail stands all the same; that it could not be looked at is a finding like any other.
  const unexamined = problem && { severity: "error", code: problem.code ?? "", message: `${problem.title}. ${problem.detail}`, remedy: problem.remedy, file: page.sources[0]?.file ?? "" };
  page.email = value ?? { ...page.email, findings: [unexamined] };
  findings.of(page.email, true);
}

async function readTemplate(signal) {
  const [template, sources] = await Promise.all([api.getTemplate(name), api.getSources(name)]);
  if (signal.aborted) return undefined;
  behind = false;
  page.sources = sources.value?.files ?? [];
  sourceView.show(page.sources);
  if (template.problem) return fail(template.problem);
  page.template = template.value;
  $("#description").textContent = page.template.description;
  showFixtures();
  offerData();
  return undefined;
}

function showFixtures() {
  const select = $("#fixture");
  const sets = page.template.fixtureSets;
  select.replaceChildren(...sets.map((set) => h("option", { value: set.scenario }, set.problem ? `${set.scenario} (unreadable)` : set.scenario)));
  if (!sets.length) select.append(h("option", { value: "" }, "placeholders"));
  select.value = scenario();
}

function offerData() {
  const set = page.template.fixtureSets.find((each) => each.scenario === scenario());
  const file = set && page.sources.find((source) => source.file === set.file);
  editor.offer(file?.text ?? JSON.stringify(set?.data ?? page.template.placeholders ?? {}, null, 2), set?.digest);
  keeping.show();
}

/** The mail, and all that is said of it alone. */
function show(email) {
  page.email = email;
  const query = Object.fromEntries(new URLSearchParams(email.preview.split("?")[1]));
  if (!scenario() && editedData() === null) query.lenient = "true";
  page.query = query;
  showFrame();
  tellClient(query);
  carryTyped(editedData() === null ? "" : query.draft ?? "");
  offer();
  inboxRow($("#inbox"), email);
  meter(email.htmlBytes);
  textPanel($("#panel-text"), name, email, query);
  headersPanel($("#headers"), name, email, query);
  inboxes.show(email);
  weight.show(query, email.version);
  snippet.show(query, email.version);
  findings.of(email, false);
}

/** What its files say of it. */
function showTemplate(email) {
  contractPanel($("#contract"), page.template, typedData() ?? page.template.fixtureSets.find((set) => set.scenario === scenario())?.data, email.shown);
  const { compiled } = page.template;
  if (compiled) compiledView.show(partsOf(compiled, email), { wrapped: true });
}

/** The files of the mail as it is shown. */
function offer() {
  if (page.query) offerFiles(name, page.query, { width: state.width, scheme: state.scheme === "dark" ? "dark" : "light" });
}

/** The mail in the frame as the switches want it. */
function showFrame() {
  const view = { ...page.query, scheme: state.scheme, ...(state.client && { client: state.client }) };
  const addressed = (more) => (drawing.client ? api.drawnOf(name, { ...view, width: state.width, ...more }) : api.previewOf(name, { ...view, ...more }));
  $("#open").href = addressed({});
  drawing.ask(() => frame.show(addressed({ embed: "1", v: page.email.version }), `The mail ${name}`));
}

/** What the chosen client does to this mail; a newer choice overtakes an older one. */
async function tellClient(query) {
  const { client } = state;
  const known = client ? await api.getClient(client, name, query) : {};
  if (client === state.client) clientNote($("#client-note"), known.value);
}

/** The error stands where the mail would; the mail before it stays visible behind. */
function fail(problem) {
  frame.fail(Boolean(problem));
  $("#problem").hidden = !problem;
  $("#stale").hidden = !problem || !page.email;
  $("#problem").replaceChildren(...(problem ? [problemCard(problem, jump)] : []));
}

function jump(file, line) {
  update({ file, line: String(line) });
  openTab("source");
}

/* --- controls ------------------------------------------------------------------------------------ */

/** Show a tab, and what only the one that is shown does. */
function openTab(tab, focus = false) {
  const chosen = showTab(tab, focus);
  if (chosen === "preview") frame.fit();
  if (chosen === "weight" && page.query) weight.show(page.query, page.email.version);
  inspector.aside(chosen !== "preview");
  if (chosen === "source" && state.file) sourceView.jump(state.file, Number(state.line) || 1);
  carry();
}

function setFixture(fixture) {
  const before = state.fixture;
  update({ fixture });
  $("#fixture").value = fixture;
  const typed = editor.typed();
  editor.edited = false;
  offerData();
  editor.forget();
  setEditedData(null).then(() => refresh());
  offerUndo(typed, before);
  carry();
}

function listen() {
  $("#fixture").addEventListener("change", (event) => setFixture(event.target.value));
  listenToTabs(openTab);
  keys = bind([
    { keys: ["j", "]"], help: "Next template", action: () => go("next") },
    { keys: ["k", "["], help: "Previous template", action: () => go("previous") },
    { keys: ["o"], help: "The version for the other audience", action: () => go("partner") },
    { keys: ["v"], help: "Compare it side by side", action: () => go("compare") },
    { keys: ["m"], help: "All fixtures in all variants on one sheet", action: () => go("matrix") },
    { keys: ["l"], help: "Next language", action: nextLanguage },
    { keys: ["g"], help: "All templates", action: () => location.assign("/") },
    { keys: ["/"], help: "Search the templates", action: () => { $("#nav").classList.add("open"); $("#search").focus(); } },
    { keys: ["f"], help: "Next fixture", action: () => setFixture(following($$("#fixture option").map((option) => option.value), scenario())) },
    { keys: ["F"], help: "Previous fixture", action: () => setFixture(following($$("#fixture option").map((option) => option.value), scenario(), -1)) },
    { keys: ["i"], help: "Show where an element was written", action: () => inspector.turn() },
    { keys: ["e"], help: "Edit the data", action: () => editor.toggle() },
    { keys: ["w"], help: "Next width: desktop, tablet, phone", action: () => views.nextWidth() },
    { keys: ["h"], help: "Next device, with its height", action: () => views.nextDevice() },
    { keys: ["d"], help: "Light or dark", action: () => views.turnScheme() },
    { keys: ["c"], help: "Next approximation of a mail client", action: () => views.nextClient() },
    { keys: ["C"], help: "Next real mail client", action: () => views.nextRealClient() },
    { keys: tabs.map((_, index) => String(index + 1)), shown: ["1", "…", String(tabs.length)], help: "Open a tab", action: (key) => openTab(tabs[key - 1]) },
    { keys: [], shown: ["Esc"], help: "Leave a field, or the mail" },
  ]);
}

// A link to the same page with other data: the browser only changes the address.
window.addEventListener("hashchange", () => /^(#data.*)?$/.test(location.hash) && location.reload());
window.addEventListener("beforeunload", (event) => editor.typed() !== null && !isAddressed(editor.typed()) && event.preventDefault());

/* --- news ---------------------------------------------------------------------------------------- */

on("change", ({ changed, added, removed }) => {
  if (added.length || removed.length) reloadList();
  if (changed.includes(name)) {
    findings.forget();
    refresh({ files: true });
  }
});
on("connected", () => page.template && findings.read());
on("checked", (checked) => checked.name === name && findings.read());
on("answered", () => refresh({ files: true }).then(() => findings.read()));
on("missed", () => { findings.unsee(); reloadList(); refresh({ files: true }).then(() => findings.read()); });

async function begin() {
  await load({ tabs, clients: $$("#client option").map((option) => option.value) });
  listen();
  views.begin();
  $("#lenient").checked = state.lenient === "1";
  if (editedData() !== null) {
    editor.restore(editedData());
    editor.toggle(true);
  }
  openTab(state.tab);
  startStrip();
  startPictures(name);
  startFonts();
  startTaking(name, scenario);
  start();
  startNav();
  await refresh({ files: true });
  tellAddress();
  await findings.read();
}

begin();
