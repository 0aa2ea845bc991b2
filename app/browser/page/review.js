/* The review of screenshots: the same script in the report (data within the page) and in the preview server. */
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);

  /** An element with attributes, listeners and children; text only ever enters as text. */
  function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (name === "class") element.className = value;
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  const STATUSES = ["changed", "new", "removed", "failed", "unchanged"];
  const MODES = [["side", "Side by side"], ["difference", "Difference"], ["slider", "Slider"], ["onion", "Onion skin"], ["blink", "Blink"]];
  const ZOOMS = [0.25, 0.33, 0.5, 0.67, 0.75, 1, 1.5, 2, 3, 4, 6, 8];
  const state = { data: null, filter: "open", words: "", id: "", mode: "side", zoom: 1, auto: true, range: 50, region: -1, flip: false };
  const embedded = $("#review-data");
  let timer = 0;

  // ---- data ----------------------------------------------------------------------------------------------

  async function call(address, body) {
    const options = { headers: { Accept: "application/json" } };
    if (body) {
      options.method = "POST";
      options.headers["Content-Type"] = "application/json";
      options.body = JSON.stringify(body);
      const token = sessionStorage.getItem("bbws-token");
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

  async function load() {
    const { value, problem } = embedded ? { value: JSON.parse(embedded.textContent) } : await call("/api/review");
    const nothing = problem?.code === "nothing-compared";
    $("#start").hidden = !nothing;
    if (nothing) return say("");
    if (problem) return say(`${problem.detail} ${problem.remedy ?? ""}`, true);
    say("");
    state.data = value;
    $("#split").hidden = false;
    if (state.filter === "open" && !items().some(isOpen)) state.filter = "all";
    if (!shown().some((item) => item.id === state.id)) state.id = shown()[0]?.id ?? "";
    draw();
  }

  /** Look again after a comparison elsewhere, without losing the place. */
  async function lookAgain() {
    if (embedded || $("dialog[open]")) return;
    const { value } = await call("/api/review");
    if (!value || JSON.stringify(value) === JSON.stringify(state.data)) return;
    if (!state.data) return load();
    state.data = value;
    choose(state.filter);
  }

  const items = () => state.data.items;
  const isOpen = (item) => ["changed", "new", "removed", "failed"].includes(item.status) && !item.decision;
  const decidable = (item) => ["changed", "new", "removed"].includes(item.status) && item.decision !== "approved";
  const here = () => items().find((item) => item.id === state.id);

  function fits(item) {
    const kind = state.filter === "all" || (state.filter === "open" ? isOpen(item) : item.status === state.filter);
    return kind && state.words.split(/\s+/).every((word) => item.id.toLowerCase().includes(word));
  }
  const shown = () => items().filter(fits);

  function say(text, bad = false) {
    const note = $("#note");
    note.textContent = text;
    note.hidden = !text;
    note.classList.toggle("bad", bad);
  }

  // ---- list ----------------------------------------------------------------------------------------------

  function drawFilters() {
    const count = (name) => items().filter((item) => name === "all" || (name === "open" ? isOpen(item) : item.status === name)).length;
    const button = (name, label) => h("button", {
      type: "button", disabled: !count(name) && state.filter !== name, "aria-pressed": String(state.filter === name), "data-filter": name,
      onclick: () => choose(name),
    }, `${label} ${count(name)}`);
    $("#filters").replaceChildren(button("open", "To decide"), button("all", "All"),
      ...STATUSES.filter((name) => count(name) || name !== "failed").map((name) => button(name, name[0].toUpperCase() + name.slice(1))));
  }

  function drawList() {
    const rows = [];
    let group = "";
    for (const item of shown()) {
      if (item.template !== group) rows.push(h("li", { class: "group" }, group = item.template));
      rows.push(h("li", {}, h("button", {
        type: "button", "data-id": item.id, "aria-current": String(item.id === state.id), onclick: () => open(item.id),
      }, h("span", { class: "name" }, `${item.fixture} · ${item.width} · ${item.variant}`), mark(item))));
    }
    if (!rows.length) rows.push(h("li", { class: "review-empty" }, state.filter === "open" ? "Nothing is left to decide." : "No snapshot matches."));
    $("#list").replaceChildren(...rows);
    $('#list [aria-current="true"]')?.scrollIntoView({ block: "nearest" });
    const { drawn, seconds, renderer, warnings } = state.data;
    $("#summary").textContent = [`${items().length} snapshots, ${drawn} drawn in ${seconds} s by Chromium ${renderer.browser}.`, ...warnings].join(" ");
  }

  const mark = (item) => h("span", { class: `mark ${item.decision || item.status}` }, item.decision || item.status);

  function choose(filter) {
    state.filter = filter;
    if (!shown().some((item) => item.id === state.id)) state.id = shown()[0]?.id ?? state.id;
    state.region = -1;
    draw();
  }

  function open(id) {
    state.id = id;
    state.region = -1;
    draw();
    $("#stage").scrollTo(0, 0);
  }

  function step(by) {
    const list = shown();
    const at = list.findIndex((item) => item.id === state.id);
    const next = list[Math.min(list.length - 1, Math.max(0, at + by))];
    if (next) open(next.id);
  }

  // ---- one snapshot --------------------------------------------------------------------------------------

  function draw() {
    keepingFocus(() => drawAll());
  }

  function drawAll() {
    drawFilters();
    drawList();
    const item = here();
    history.replaceState(null, "", item ? `#${encodeURI(item.id)}` : location.pathname);
    $("#title").replaceChildren(...(item ? [item.id, " ", mark(item)] : ["No snapshot"]));
    $("#message").textContent = item ? [item.message, ...item.notes].filter(Boolean).join("; ") : "";
    $("#history").textContent = item ? history_of(item) : "";
    drawDecisions(item);
    drawStage(item);
    drawTools(item);
  }

  /** Whoever goes by Tab stays on the button pressed, though it is drawn anew; in the list, on the open snapshot. */
  function keepingFocus(act) {
    const active = document.activeElement;
    const group = active?.matches(":focus-visible") ? active.closest("#filters, #list, #modes, #regions, #zoom, #decide") : null;
    const at = group ? [...group.querySelectorAll("button")].indexOf(active) : -1;
    act();
    if (at < 0) return;
    const button = group.id === "list" ? $('[aria-current="true"]', group) : group.querySelectorAll("button")[at];
    (button && !button.disabled ? button : $("#main")).focus({ preventScroll: true });
  }

  function history_of(item) {
    const said = (deed, { by, why, at }) => `${deed} by ${by} on ${at.replace("T", " ").replace("Z", " UTC")}: ${why}`;
    return [item.approval && said("Approved", item.approval), item.rejection && said("Rejected", item.rejection)].filter(Boolean).join(" · ");
  }

  function drawDecisions(item) {
    if (!state.data.live) return $("#decide").replaceChildren();
    const can = Boolean(item && decidable(item));
    $("#decide").replaceChildren(
      h("button", { type: "button", class: "main", disabled: !can, onclick: () => ask("approve") }, "Approve…"),
      h("button", { type: "button", disabled: !can || item.status === "removed", onclick: () => ask("reject") }, "Reject…"),
      h("button", { type: "button", disabled: !items().some(decidable), onclick: () => ask("approve", "all") }, "Approve all…"),
      h("button", { type: "button", disabled: !state.data.undo, title: state.data.undo?.deed, onclick: undo }, "Undo"));
  }

  const available = (item) => item.baseline && item.current ? MODES.map(([key]) => key) : ["side"];

  function drawTools(item) {
    const modes = item ? available(item) : [];
    if (!modes.includes(state.mode) && modes.length > 1) state.mode = modes[0];
    $("#modes").replaceChildren(...MODES.map(([key, label]) => h("button", {
      type: "button", "data-mode": key, disabled: !modes.includes(key), "aria-pressed": String(mode(item) === key), onclick: () => setMode(key),
    }, label)));
    const ranged = { slider: "Position", onion: "Opacity" }[mode(item)];
    $("#range-label").hidden = !ranged;
    $("#range-label span").textContent = ranged ?? "";
    $("#range").value = state.range;
    const count = item?.regions.length ?? 0;
    $("#regions").replaceChildren(...(count ? [
      h("button", { type: "button", onclick: () => jump(-1), "aria-label": "Previous change" }, "‹"),
      h("span", { role: "status" }, state.region < 0 ? `${count} changed region${count === 1 ? "" : "s"}` : `Change ${state.region + 1} of ${count}`),
      h("button", { type: "button", onclick: () => jump(1), "aria-label": "Next change" }, "Next change ›"),
    ] : []));
    $("#zoom").replaceChildren(
      h("button", { type: "button", "aria-label": "Zoom out", onclick: () => zoom(-1) }, "−"),
      h("button", { type: "button", title: "Actual size", onclick: () => zoom(0) }, `${Math.round(state.zoom * 100)} %`),
      h("button", { type: "button", "aria-label": "Zoom in", onclick: () => zoom(1) }, "+"),
      h("button", { type: "button", onclick: fit }, "Fit"));
  }

  const mode = (item) => (item && available(item).includes(state.mode) ? state.mode : "side");

  function setMode(key) {
    if (!here() || !available(here()).includes(key)) return;
    state.mode = key;
    redraw();
  }

  function drawStage(item) {
    clearInterval(timer);
    if (state.auto) state.zoom = fitting(item);
    const panes = h("div", { class: "review-panes" });
    if (item) {
      const how = mode(item);
      if (how === "side") {
        for (const [key, label] of [["baseline", "Approved"], ["current", "Now"], ["difference", "Difference"]]) {
          if (item[key]) panes.append(pane(item, label, [key]));
        }
      } else if (how === "difference") panes.append(pane(item, "Difference", [item.difference ? "difference" : "current"]));
      else panes.append(pane(item, { slider: "Approved left, now right", onion: "Approved below, now above", blink: "Approved and now in turn" }[how], ["baseline", "current"], how));
      if (!panes.children.length) panes.append(h("p", { class: "review-empty" }, item.message || "There is no picture."));
    }
    $("#stage").replaceChildren(panes);
    applyRange();
  }

  function pane(item, label, keys, how = "") {
    const scale = state.zoom;
    const [width, height] = item.size;
    const sheet = h("div", { class: scale > 1 ? "sheet close" : "sheet" });
    Object.assign(sheet.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    for (const key of keys) {
      const image = h("img", { src: item[key], alt: `${label}: ${item.id}`, "data-picture": key, draggable: "false" });
      const natural = key === "baseline" ? item.baselineSize : key === "current" ? item.currentSize : item.size;
      Object.assign(image.style, { width: `${natural[0] * scale}px`, height: `${natural[1] * scale}px` });
      sheet.append(image);
    }
    item.masks.forEach((box) => sheet.append(placed("mask", box, scale)));
    item.regions.forEach((box, index) => sheet.append(placed(index === state.region ? "region here" : "region", box, scale)));
    if (how === "blink") timer = setInterval(flip, 700);
    if (how === "slider") {
      sheet.append(h("div", { class: "slider-line" }));
      dragging(sheet);
    }
    return h("figure", { class: "pane" }, h("figcaption", {}, label), sheet);
  }

  function placed(name, [x, y, width, height], scale) {
    const box = h("div", { class: name });
    const margin = name === "mask" ? 0 : 3;
    Object.assign(box.style, {
      left: `${x * scale - margin}px`, top: `${y * scale - margin}px`,
      width: `${width * scale + 2 * margin}px`, height: `${height * scale + 2 * margin}px`,
    });
    return box;
  }

  function applyRange() {
    const how = mode(here());
    const image = $('[data-picture="current"]', $("#stage"));
    if (!image || !["slider", "onion", "blink"].includes(how)) return;
    if (how === "slider") {
      image.style.clipPath = `inset(0 0 0 ${state.range}%)`;
      $(".slider-line", $("#stage")).style.left = `${state.range}%`;
    }
    if (how === "onion") image.style.opacity = state.range / 100;
    if (how === "blink") image.style.visibility = state.flip ? "hidden" : "visible";
  }

  function flip() {
    state.flip = !state.flip;
    applyRange();
  }

  function dragging(sheet) {
    const move = (event) => {
      const edges = sheet.getBoundingClientRect();
      setRange(((event.clientX - edges.left) / edges.width) * 100);
    };
    sheet.addEventListener("pointerdown", (event) => {
      sheet.setPointerCapture(event.pointerId);
      move(event);
    });
    sheet.addEventListener("pointermove", (event) => event.buttons && move(event));
  }

  function setRange(value) {
    state.range = Math.min(100, Math.max(0, value));
    $("#range").value = state.range;
    applyRange();
  }

  function jump(by) {
    const item = here();
    const count = item?.regions.length ?? 0;
    if (!count) return;
    state.region = state.region < 0 ? (by > 0 ? 0 : count - 1) : (state.region + by + count) % count;
    redraw();
    $(".region.here", $("#stage"))?.scrollIntoView({ block: "center", inline: "center" });
  }

  function zoom(by) {
    const nearest = ZOOMS.reduce((best, each) => (Math.abs(each - state.zoom) < Math.abs(best - state.zoom) ? each : best));
    const at = ZOOMS.indexOf(nearest);
    state.auto = false;
    state.zoom = by ? ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, at + by))] : 1;
    redraw();
  }

  /** The zoom at which all panes of `item` stand side by side without scrolling sideways. */
  function fitting(item) {
    if (!item?.size[0]) return 1;
    const panes = mode(item) === "side" ? Math.max(1, ["baseline", "current", "difference"].filter((key) => item[key]).length) : 1;
    const space = $("#stage").clientWidth - 46 - 14 * (panes - 1);
    return Math.min(1, Math.max(0.1, space / panes / item.size[0]));
  }

  function fit() {
    state.auto = true;
    redraw();
  }

  function redraw() {
    keepingFocus(() => {
      drawStage(here());
      drawTools(here());
    });
  }

  // ---- decisions -----------------------------------------------------------------------------------------

  function scopes(item, deed) {
    const usable = (each) => decidable(each) && (deed === "approve" || each.status !== "removed");
    const of = (list) => list.filter(usable).map((each) => each.id);
    return [
      ["this", "This snapshot", item && usable(item) ? [item.id] : []],
      ["template", `All of ${item?.template}`, item ? of(items().filter((each) => each.template === item.template)) : []],
      ["all", "Everything", of(items())],
    ].filter(([, , ids]) => ids.length);
  }

  function ask(deed, wanted = "this") {
    if (!state.data.live) return;
    const choices = scopes(here(), deed);
    if (!choices.length) return;
    const first = choices.find(([key]) => key === wanted) ?? choices[0];
    const wrong = h("p", { class: "wrong", role: "alert" });
    const field = (name, label, attributes) => h("label", {}, label, h("input", { name, required: true, autocomplete: "off", maxlength: "200", ...attributes }));
    const form = h("form", { method: "dialog" },
      h("h2", { id: "ask-title" }, deed === "approve" ? "Approve" : "Reject"),
      h("fieldset", {}, ...choices.map(([key, label, ids]) => h("label", {},
        h("input", { type: "radio", name: "scope", value: key, checked: key === first[0] }), `${label} (${ids.length})`))),
      field("by", "Your name", { value: localStorage.getItem("bbws-reviewer") ?? "" }),
      field("why", "Reason", { placeholder: deed === "approve" ? "What changed, and why that is right" : "What is wrong" }),
      state.data.token ? field("token", "Token of the server", { type: "password", value: sessionStorage.getItem("bbws-token") ?? "" }) : null,
      wrong,
      h("div", { class: "row" },
        h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"),
        h("button", { type: "submit", class: "main" }, deed === "approve" ? "Approve" : "Reject")));
    const dialog = show(form, "ask-title");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const given = new FormData(form);
      localStorage.setItem("bbws-reviewer", given.get("by"));
      if (given.has("token")) sessionStorage.setItem("bbws-token", given.get("token"));
      const ids = choices.find(([key]) => key === given.get("scope"))[2];
      const { problem } = await call(`/api/review/${deed}`, { snapshots: ids, by: given.get("by"), why: given.get("why") });
      if (problem) {
        wrong.textContent = `${problem.detail} ${problem.remedy ?? ""}`;
        return;
      }
      const list = shown();
      const at = list.findIndex((item) => item.id === state.id);
      const next = list.slice(at + 1).find((item) => !ids.includes(item.id)) ?? list.find((item) => !ids.includes(item.id));
      if (next && state.filter === "open") state.id = next.id;
      dialog.close();
      await load();
      say(`${deed === "approve" ? "Approved" : "Rejected"} ${ids.length} snapshot${ids.length === 1 ? "" : "s"}. Undo takes it back.`);
    });
    (form.elements.by.value ? form.elements.why : form.elements.by).focus();
  }

  async function undo() {
    if (!state.data.live || !state.data.undo) return;
    const { value, problem } = await call("/api/review/undo", { number: state.data.undo.number });
    if (!problem) await load();
    say(problem ? `${problem.detail} ${problem.remedy ?? ""}` : `Took back: ${value.undone}.`, Boolean(problem));
  }

  function show(content, title) {
    const dialog = h("dialog", { class: "review-dialog", "aria-labelledby": title }, content);
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
    return dialog;
  }

  // ---- keyboard ------------------------------------------------------------------------------------------

  const SHORTCUTS = [
    [["j", "ArrowDown"], "j ↓", "Next snapshot", () => step(1)],
    [["k", "ArrowUp"], "k ↑", "Previous snapshot", () => step(-1)],
    [["1", "2", "3", "4", "5"], "1 … 5", "Side by side, difference, slider, onion skin, blink", (key) => setMode(MODES[key - 1][0])],
    [["n"], "n", "Next change", () => jump(1)],
    [["p"], "p", "Previous change", () => jump(-1)],
    [["ArrowRight"], "→", "Move the slider or the opacity up", () => setRange(state.range + 5)],
    [["ArrowLeft"], "←", "Move it down", () => setRange(state.range - 5)],
    [[" "], "Space", "Swap the pictures while blinking", () => mode(here()) === "blink" && (clearInterval(timer), flip())],
    [["+", "="], "+", "Zoom in", () => zoom(1)],
    [["-"], "−", "Zoom out", () => zoom(-1)],
    [["0"], "0", "Actual size", () => zoom(0)],
    [["w"], "w", "Fit the width", fit],
    [["f"], "f", "Next filter", () => {
      const names = [...document.querySelectorAll("[data-filter]:enabled")].map((button) => button.dataset.filter);
      choose(names[(names.indexOf(state.filter) + 1) % names.length]);
    }],
    [["/"], "/", "Search", () => $("#review-search").focus()],
    [["a"], "a", "Approve", () => here() && decidable(here()) && ask("approve")],
    [["r"], "r", "Reject", () => here() && decidable(here()) && here().status !== "removed" && ask("reject")],
    [["t"], "t", "Approve the whole template", () => ask("approve", "template")],
    [["A"], "A", "Approve all", () => ask("approve", "all")],
    [["u"], "u", "Undo", undo],
    [["?"], "?", "This list", help],
  ];

  function help() {
    const usable = SHORTCUTS.filter(([keys]) => state.data?.live || !["a", "r", "t", "A", "u"].includes(keys[0]));
    const dialog = show(h("form", { method: "dialog" }, h("h2", { id: "help-title" }, "Keyboard"),
      h("dl", {}, ...usable.flatMap(([, label, text]) => [h("dt", {}, h("kbd", {}, label)), h("dd", {}, text)])),
      h("div", { class: "row" }, h("button", { type: "submit", class: "main" }, "Close"))), "help-title");
    $("button", dialog).focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
    if (event.target.closest('input:not([type="range"])')) {
      if (event.key === "Escape" || event.key === "Enter") event.target.blur();
      return;
    }
    if (event.target.closest('input[type="range"]') && event.key.startsWith("Arrow")) return;
    if (event.key === " " && event.target.closest('button:not([data-mode="blink"][aria-pressed="true"])')) return;
    const found = SHORTCUTS.find(([keys]) => keys.includes(event.key));
    if (!found || (!state.data && found[3] !== help)) return;
    event.preventDefault();
    found[3](event.key);
  });
  for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", help);
  $("#again").addEventListener("click", load);
  $("#range").addEventListener("input", (event) => setRange(Number(event.target.value)));
  $("#review-search").addEventListener("input", (event) => {
    state.words = event.target.value.trim().toLowerCase();
    choose(state.filter);
  });
  window.addEventListener("focus", lookAgain);
  state.id = decodeURI(location.hash.slice(1));
  load();
})();
