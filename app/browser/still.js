/* What moves in a mail is brought to one state, the same in every engine: what ends is at its end, what never ends has
   not begun; SVG is at its first moment, and nothing has the focus. After holders.js. */
const put = member(Element, "setAttribute"), heightOf = member(HTMLElement, "offsetHeight");
const SCROLLS = ["scrollLeft", "scrollTop"].map((way) => Object.getOwnPropertyDescriptor(Element.prototype, way).set);
// A page, or a tree that an element shows in place of its content: no query of the page leads into it.
const isTree = (page) => member(Node, "nodeType")(page) === 11;
const found = (page, selector) => [...member(isTree(page) ? DocumentFragment : Document, "querySelectorAll")(page, selector)];
const treeOf = member(Element, "shadowRoot");
// By its kind as well: an <svg> within <math>, or an <iframe> in a drawing, has the name alone.
const chosen = (page, selector, space = HTML) => found(page, selector).filter((each) => spaceOf(each) === space);
const rest = (page) => {
  // Words that run begin outside of what is seen, and where they are stopped they would stay; with each new layout
  // WebKit has those set out again that have a pace.
  for (const running of chosen(page, "marquee")) {
    put(running, "scrollamount", "0");
    heightOf(running); // laid out without one
    member(HTMLMarqueeElement, "stop")(running);
    for (const scroll of SCROLLS) scroll.call(running, 0);
  }
  for (const animation of member(isTree(page) ? ShadowRoot : Document, "getAnimations")(page)) {
    if (!animation.effect || animation.playbackRate === 0) continue;
    try {
      if (Number.isFinite(animation.effect.getComputedTiming().endTime)) animation.finish();
      else animation.cancel();
    } catch { /* it has no state to go to, and stays where it is */ }
  }
  for (const drawing of chosen(page, "svg", "http://www.w3.org/2000/svg")) {
    member(SVGSVGElement, "pauseAnimations")(drawing);
    member(SVGSVGElement, "setCurrentTime")(drawing, 0);
  }
  // A bar of unknown length runs to and fro.
  for (const bar of chosen(page, "progress:indeterminate")) bar.style.setProperty("appearance", "none", "important");
  for (const host of found(page, "*")) if (treeOf(host)) rest(treeOf(host));
  for (const holder of chosen(page, HOLDERS)) {
    const held = heldBy(holder);
    if (held) rest(held);
    // Nobody but itself stops what is of another origin: it keeps its place, and is not seen.
    else if (nameOf(holder) === "frame") put(holder, "src", "about:blank"); // WebKit hides none
    else if (holdsPage(holder)) holder.style.setProperty("opacity", "0", "important");
  }
};
rest(document);
let focused = member(Document, "activeElement")(document);
for (let tree; focused && (tree = treeOf(focused)); ) focused = member(ShadowRoot, "activeElement")(tree);
for (const kind of [HTMLElement, SVGElement]) if (focused instanceof kind && focused !== body) member(kind, "blur")(focused);
