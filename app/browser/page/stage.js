/* The pictures of one snapshot: `how` they are compared, in the zoom and position of `view`. */
Review.stage = (() => {
  "use strict";
  const { $, h } = Review.dom;

  const SIDES = [["baseline", "Approved"], ["current", "Now"], ["difference", "Difference"]];
  const OVERLAID = { slider: "Approved left, now right", onion: "Approved below, now above", blink: "Approved and now in turn" };
  // As in review.css: there the pictures stand below each other, three abreast would be too small to see anything.
  const stacked = window.matchMedia("(max-width: 760px)");

  const sidesOf = (item) => SIDES.filter(([key]) => item[key]);
  /** Of what is as it was approved there is one picture, and no other beside it. */
  const isSame = (item) => Boolean(item.baseline && !item.current && item.status !== "removed");

  function draw(item, how, view) {
    $("#stage").replaceChildren(h("div", { class: "review-panes" }, ...(item ? panes(item, how, view) : [])));
    applyRange(how, view);
  }

  function panes(item, how, view) {
    if (OVERLAID[how]) return [pane(item, OVERLAID[how], ["baseline", "current"], how, view)];
    if (how === "difference") return [pane(item, "Difference", [item.difference ? "difference" : "current"], how, view)];
    const sides = sidesOf(item).map(([key, label]) => pane(item, isSame(item) && key === "baseline" ? "Approved, and the same now" : label, [key], how, view));
    return sides.length ? sides : [h("p", { class: "review-empty" }, item.message || "There is no picture.")];
  }

  function pane(item, label, keys, how, view) {
    const scale = view.zoom;
    const [width, height] = item.size;
    const sheet = h("div", { class: scale > 1 ? "sheet close" : "sheet", "data-how": how });
    Object.assign(sheet.style, { width: `${width * scale}px`, height: `${height * scale}px` });
    sheet.style.setProperty("--wide", width * scale); // by which it is made to fit on paper
    for (const key of keys) {
      const image = h("img", { src: item[key], alt: `${label}: ${item.id}`, "data-picture": key, draggable: "false" });
      const natural = key === "baseline" ? item.baselineSize : key === "current" ? item.currentSize : item.size;
      Object.assign(image.style, { width: `${natural[0] * scale}px`, height: `${natural[1] * scale}px` });
      sheet.append(image);
    }
    item.masks.forEach((box) => sheet.append(placed("mask", box, scale)));
    // What only moved is no difference: in the approved picture alone, a change may be at another height.
    const regions = keys.length === 1 && keys[0] === "baseline" ? item.regionsBefore : item.regions;
    regions.forEach((box, index) => sheet.append(placed(index === view.region ? "region here" : "region", box, scale)));
    if (how === "slider") sheet.append(h("div", { class: "slider-line" }));
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

  /** Move the slider, fade the upper picture, or hide it while blinking. */
  function applyRange(how, view) {
    const image = $('[data-picture="current"]', $("#stage"));
    if (!image) return;
    if (how === "slider") {
      image.style.clipPath = `inset(0 0 0 ${view.range}%)`;
      $(".slider-line", $("#stage")).style.left = `${view.range}%`;
    }
    if (how === "onion") image.style.opacity = view.range / 100;
    if (how === "blink") image.style.visibility = view.flip ? "hidden" : "visible";
  }

  /** The zoom at which what stands side by side needs no scrolling sideways. */
  function fitting(item, how) {
    if (!item?.size[0]) return 1;
    const abreast = how === "side" && !stacked.matches ? Math.max(1, sidesOf(item).length) : 1;
    const space = $("#stage").clientWidth - 46 - 14 * (abreast - 1);
    return Math.min(1, Math.max(0.1, space / abreast / item.size[0]));
  }

  return { draw, applyRange, fitting };
})();
