/* How the pictures of the open snapshot are looked at: the way to compare, the changed regions, the zoom. */
Review.views = (() => {
  "use strict";
  const { $, h, keepingFocus, counted } = Review.dom;
  const { here } = Review.comparison;
  const { stage } = Review;

  const MODES = [["side", "Side by side"], ["difference", "Difference"], ["slider", "Slider"], ["onion", "Onion skin"], ["blink", "Blink"]];
  const RANGED = { slider: "Position", onion: "Opacity" };
  const ZOOMS = [0.25, 0.33, 0.5, 0.67, 0.75, 1, 1.5, 2, 3, 4, 6, 8];
  const BLINK_MS = 700;
  const view = { mode: "side", zoom: 1, auto: true, range: 50, region: -1, flip: false };
  let open = ""; // the snapshot that is drawn
  let width = 0; // of the stage when it was drawn
  let timer = 0;

  function available(item) {
    if (item?.baseline && item.current) return MODES.map(([key]) => key);
    return item?.difference ? ["side", "difference"] : ["side"];
  }

  /** The way to compare; what was chosen waits while a snapshot has but one picture. */
  const modeOf = (item) => (available(item).includes(view.mode) ? view.mode : "side");

  /** Draw a snapshot; another one than before from its top, and with no region chosen. */
  function draw(item) {
    const another = item?.id !== open;
    open = item?.id;
    if (another) view.region = -1;
    drawStage(item);
    drawTools(item);
    if (another) $("#stage").scrollTo(0, 0);
  }

  const redraw = () => keepingFocus(() => draw(here()));

  function drawStage(item) {
    clearInterval(timer);
    const how = modeOf(item);
    width = $("#stage").clientWidth;
    if (view.auto) view.zoom = stage.fitting(item, how);
    stage.draw(item, how, view);
    // Who wants nothing to move swaps by hand.
    if (how === "blink" && !matchMedia("(prefers-reduced-motion: reduce)").matches) timer = setInterval(flip, BLINK_MS);
  }

  function drawTools(item) {
    const how = modeOf(item);
    $("#modes").replaceChildren(...MODES.map(([key, label]) => h("button", {
      type: "button", "data-mode": key, disabled: !item || !available(item).includes(key), "aria-pressed": String(how === key), onclick: () => setMode(key),
    }, label)));
    $("#range-label").hidden = !RANGED[how];
    $("#range-label span").textContent = RANGED[how] ?? "";
    $("#range").value = view.range;
    const count = item?.regions.length ?? 0;
    $("#regions").replaceChildren(...(count ? [
      h("button", { type: "button", onclick: () => jump(-1), "aria-label": "Previous change" }, "‹"),
      h("span", { role: "status" }, view.region < 0 ? counted(count, "changed region") : `Change ${view.region + 1} of ${count}`),
      h("button", { type: "button", onclick: () => jump(1), "aria-label": "Next change" }, "Next change ›"),
    ] : []));
    $("#zoom").replaceChildren(
      h("button", { type: "button", "aria-label": "Zoom out", onclick: () => zoom(-1) }, "−"),
      h("button", { type: "button", title: "Actual size", onclick: () => zoom(0) }, `${Math.round(view.zoom * 100)} %`),
      h("button", { type: "button", "aria-label": "Zoom in", onclick: () => zoom(1) }, "+"),
      h("button", { type: "button", onclick: fit }, "Fit"));
  }

  function setMode(key) {
    if (!here() || !available(here()).includes(key)) return;
    view.mode = key;
    redraw();
  }

  function setRange(value) {
    view.range = Math.min(100, Math.max(0, value));
    $("#range").value = view.range;
    stage.applyRange(modeOf(here()), view);
  }

  const moveRange = (by) => setRange(view.range + by);

  function flip() {
    view.flip = !view.flip;
    stage.applyRange("blink", view);
  }

  /** Swap the pictures by hand, once and for as long as wanted. */
  function swap() {
    if (modeOf(here()) !== "blink") return;
    clearInterval(timer);
    flip();
  }

  function jump(by) {
    const count = here()?.regions.length ?? 0;
    if (!count) return;
    view.region = view.region < 0 ? (by > 0 ? 0 : count - 1) : (view.region + by + count) % count;
    redraw();
    $(".region.here", $("#stage"))?.scrollIntoView({ block: "center", inline: "center" });
  }

  function zoom(by) {
    const nearest = ZOOMS.reduce((best, each) => (Math.abs(each - view.zoom) < Math.abs(best - view.zoom) ? each : best));
    const at = ZOOMS.indexOf(nearest);
    view.auto = false;
    view.zoom = by ? ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, at + by))] : 1;
    redraw();
  }

  function fit() {
    view.auto = true;
    redraw();
  }

  /** After the window has changed; a phone that scrolls changes only the height, which is nothing to draw for. */
  function refit() {
    if (view.auto && $("#stage").clientWidth !== width) redraw();
  }

  function slide(event) {
    const sheet = event.target.closest('.sheet[data-how="slider"]');
    if (!sheet || !event.buttons) return;
    if (event.type === "pointerdown") sheet.setPointerCapture(event.pointerId);
    const edges = sheet.getBoundingClientRect();
    setRange(((event.clientX - edges.left) / edges.width) * 100);
  }

  $("#stage").addEventListener("pointerdown", slide);
  $("#stage").addEventListener("pointermove", slide);
  $("#range").addEventListener("input", (event) => setRange(Number(event.target.value)));

  return { MODES, draw, setMode, moveRange, swap, jump, zoom, fit, refit };
})();
