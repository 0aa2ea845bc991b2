/* What moves in a mail is brought to one state, the same in every engine: what ends is at its end, what never ends has
   not begun; SVG is at its first moment, and nothing has the focus. After unspoilt.js. */
const spaceOf = member(Element, "namespaceURI");
// By its kind as well: an <svg> within <math>, or an <iframe> in a drawing, has the name alone.
const chosen = (page, selector, space = "1999/xhtml") =>
  [...member(Document, "querySelectorAll")(page, selector)].filter((each) => spaceOf(each) === `http://www.w3.org/${space}`);
// Nobody but itself stops what is of another origin: it keeps its place, and is not seen.
const hide = (frame) => frame.style.setProperty("opacity", "0", "important");
const rest = (page) => {
  for (const animation of member(Document, "getAnimations")(page)) {
    if (!animation.effect || animation.playbackRate === 0) continue;
    try {
      if (Number.isFinite(animation.effect.getComputedTiming().endTime)) animation.finish();
      else animation.cancel();
    } catch { /* it has no state to go to, and stays where it is */ }
  }
  for (const drawing of chosen(page, "svg", "2000/svg")) {
    member(SVGSVGElement, "pauseAnimations")(drawing);
    member(SVGSVGElement, "setCurrentTime")(drawing, 0);
  }
  // A bar of unknown length runs to and fro.
  for (const bar of chosen(page, "progress:indeterminate")) bar.style.setProperty("appearance", "none", "important");
  for (const [name, kind] of [["iframe", HTMLIFrameElement], ["frame", HTMLFrameElement]]) {
    for (const frame of chosen(page, name)) {
      const held = member(kind, "contentDocument")(frame);
      if (held) rest(held);
      else hide(frame);
    }
  }
  // These show an image as well; what an address holds that is none may be a page, or a film.
  for (const [name, kind, address] of [["object", HTMLObjectElement, "data"], ["embed", HTMLEmbedElement, "src"]]) {
    for (const frame of chosen(page, name)) if (/^data:(?!image\/)/i.test(member(kind, address)(frame))) hide(frame);
  }
};
rest(document);
const focused = member(Document, "activeElement")(document);
for (const kind of [HTMLElement, SVGElement]) if (focused instanceof kind && focused !== body) member(kind, "blur")(focused);
