/* What moves in a mail is brought to one state, the same in every engine: what ends is at its end, what never ends has
   not begun; SVG is at its first moment, and nothing has the focus. After unspoilt.js. */
const chosen = member(Document, "querySelectorAll");
const rest = (page) => {
  for (const animation of member(Document, "getAnimations")(page)) {
    if (!animation.effect || animation.playbackRate === 0) continue;
    try {
      if (Number.isFinite(animation.effect.getComputedTiming().endTime)) animation.finish();
      else animation.cancel();
    } catch { /* it has no state to go to, and stays where it is */ }
  }
  for (const drawing of chosen(page, "svg")) {
    member(SVGSVGElement, "pauseAnimations")(drawing);
    member(SVGSVGElement, "setCurrentTime")(drawing, 0);
  }
  // A bar of unknown length runs to and fro.
  for (const bar of chosen(page, "progress:indeterminate")) bar.style.setProperty("appearance", "none", "important");
  for (const frame of chosen(page, "iframe")) {
    const held = member(HTMLIFrameElement, "contentDocument")(frame);
    if (held) rest(held);
    // Nobody but itself stops what is of another origin: it keeps its place, and is not seen.
    else frame.style.setProperty("opacity", "0", "important");
  }
};
rest(document);
const focused = member(Document, "activeElement")(document);
for (const kind of [HTMLElement, SVGElement]) if (focused instanceof kind && focused !== body) member(kind, "blur")(focused);
