/* What was compared, and which of it is shown: the one state that all parts of the review read. */
Review.comparison = (() => {
  "use strict";
  const { $, say } = Review.dom;

  const LOOK_MS = 1500;
  const embedded = $("#review-data");
  const state = { data: null, filter: "open", words: "", id: addressed() };
  let changed = () => {};
  let timer = 0; // until it is asked once more
  let asked = state.id; // by the address, and not opened yet

  /** The snapshot that the address names; "" for what is no name, as after a link was cut short. */
  function addressed() {
    try {
      return decodeURI(location.hash.slice(1));
    } catch {
      return "";
    }
  }

  /** Ask the server; `{ value }` of its answer, or `{ problem }` with what went wrong and what to do. */
  async function call(address, body, token) {
    const options = { headers: { Accept: "application/json" } };
    if (body) {
      options.method = "POST";
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
      if (token) options.headers.Authorization = `Bearer ${token}`;
    }
    try {
      const response = await fetch(address, options);
      const value = await response.json();
      return response.ok ? { value } : { problem: value };
    } catch {
      return { problem: { status: 0, detail: "The server does not answer.", remedy: "Start it again." } };
    }
  }

  const told = (problem) => `${problem.detail} ${problem.remedy ?? ""}`.trim();

  /** Read the comparison; `wanted` is the snapshot to open, if it is among those shown. */
  async function load(wanted = state.id) {
    const before = state.id; // who opens another while there is no answer stays there
    const { value, problem } = embedded ? { value: JSON.parse(embedded.textContent) } : await call("/api/review");
    const nothing = problem?.code === "nothing-compared";
    $("#start").hidden = !nothing;
    say(problem && !nothing ? told(problem) : "", true);
    if (nothing) $("#split").hidden = true;
    clearTimeout(timer); // of another that has failed as well
    if (problem && !problem.status) timer = setTimeout(() => load(state.id === before ? wanted : state.id), LOOK_MS);
    if (problem) return;
    state.data = value;
    $("#split").hidden = false;
    if (state.filter === "open" && !items().some(isOpen)) state.filter = "all";
    if (asked && wanted === asked) openAddressed();
    else open(wanted);
  }

  /** Open what the address names, though filter and words hide it; of what is not there say so. */
  function openAddressed() {
    const wanted = addressed();
    asked = "";
    if (!wanted || !state.data) return;
    const found = items().some((item) => item.id === wanted);
    if (found && !shown().some((item) => item.id === wanted)) {
      Object.assign(state, { filter: "all", words: "" });
      $("#review-search").value = "";
    }
    open(wanted);
    if (!found) say(`There is no snapshot ${wanted} in this comparison.`, true);
  }

  /** Look again after a comparison elsewhere, without losing the place. */
  async function lookAgain() {
    if (embedded || $("dialog[open]")) return;
    const { value } = await call("/api/review");
    if (!value || JSON.stringify(value) === JSON.stringify(state.data)) return;
    if (!state.data) return load();
    state.data = value;
    show({});
  }

  const items = () => state.data.items;
  const here = () => items().find((item) => item.id === state.id);
  const isOpen = (item) => ["changed", "new", "removed", "failed"].includes(item.status) && !item.decision;
  const isDecidable = (item) => ["changed", "new", "removed"].includes(item.status) && item.decision !== "approved";
  const inFilter = (item, filter) => filter === "all" || (filter === "open" ? isOpen(item) : item.status === filter);
  const shown = () =>
    items().filter((item) => inFilter(item, state.filter) && state.words.split(/\s+/).every((word) => item.id.toLowerCase().includes(word)));

  /** Show what fits another filter or other words; the open snapshot stays open where it fits. */
  function show({ filter = state.filter, words = state.words }) {
    Object.assign(state, { filter, words });
    if (!shown().some((item) => item.id === state.id)) state.id = shown()[0]?.id ?? state.id;
    changed();
  }

  /** Open a snapshot; if it is not among those shown, the first that is. */
  function open(id) {
    state.id = shown().some((item) => item.id === id) ? id : (shown()[0]?.id ?? "");
    changed();
  }

  function step(by) {
    const list = shown();
    const at = list.findIndex((item) => item.id === state.id);
    const next = list[Math.min(list.length - 1, Math.max(0, at + by))];
    if (next) open(next.id);
  }

  /** The snapshot to go on with once `ids` are decided upon: the next in the list that is none of them. */
  function after(ids) {
    const list = shown();
    const at = list.findIndex((item) => item.id === state.id);
    const next = [...list.slice(at + 1), ...list].find((item) => !ids.includes(item.id));
    return next && state.filter === "open" ? next.id : state.id;
  }

  /** `draw` is called whenever something else is to be seen. */
  const whenChanged = (draw) => { changed = draw; };

  return { state, call, told, load, lookAgain, items, here, isDecidable, inFilter, shown, show, open, openAddressed, step, after, whenChanged };
})();
