/* The list of snapshots with its filters. */
Review.list = (() => {
  "use strict";
  const { $, h } = Review.dom;
  const { state, items, inFilter, shown, show, open } = Review.comparison;

  const STATUSES = ["changed", "new", "removed", "failed", "unchanged"];

  const mark = (item) => h("span", { class: `mark ${item.decision || item.status}` }, item.decision || item.status);

  function drawFilters() {
    const count = (name) => items().filter((item) => inFilter(item, name)).length;
    const button = (name, label) => h("button", {
      type: "button", disabled: !count(name) && state.filter !== name, "aria-pressed": String(state.filter === name), "data-filter": name,
      onclick: () => show({ filter: name }),
    }, `${label} ${count(name)}`);
    $("#filters").replaceChildren(button("open", "To decide"), button("all", "All"),
      ...STATUSES.filter((name) => count(name) || name !== "failed").map((name) => button(name, name[0].toUpperCase() + name.slice(1))));
  }

  function nextFilter() {
    const names = [...document.querySelectorAll("[data-filter]:enabled")].map((button) => button.dataset.filter);
    show({ filter: names[(names.indexOf(state.filter) + 1) % names.length] });
  }

  function drawItems() {
    const rows = [];
    let group = "";
    for (const item of shown()) {
      if (item.template !== group) rows.push(h("li", { class: "group" }, group = item.template));
      rows.push(h("li", {}, h("button", {
        type: "button", "data-id": item.id, "aria-current": String(item.id === state.id), onclick: () => open(item.id),
      }, h("span", { class: "name" }, [item.fixture, item.width, item.variant, item.client].filter(Boolean).join(" · ")), mark(item))));
    }
    if (!rows.length) rows.push(h("li", { class: "review-empty" }, state.filter === "open" ? "Nothing is left to decide." : "No snapshot matches."));
    $("#list").replaceChildren(...rows);
    reveal($('#list [aria-current="true"]'), $("#list"));
  }

  // Not scrollIntoView, after which the Tab key goes on from the row, past the filters and the search.
  function reveal(row, list) {
    if (!row) return;
    const { top, bottom } = row.getBoundingClientRect(), frame = list.getBoundingClientRect();
    list.scrollTop += Math.min(0, top - frame.top) + Math.max(0, bottom - frame.bottom);
  }

  function draw() {
    drawFilters();
    drawItems();
    const { drawn, seconds, renderers, passedOver, broken, warnings } = state.data;
    const programs = Object.values(renderers).map(({ name, browser }) => `${name} ${browser}`).join(", ");
    $("#broken").textContent = broken.join(" ");
    $("#broken").hidden = !broken.length;
    $("#summary").textContent = [`${items().length} snapshots, ${drawn} drawn in ${seconds} s by ${programs}.`, ...passedOver, ...warnings].join(" ");
  }

  return { draw, mark, nextFilter };
})();
