/* What moves in a mail is brought to one state, the same in every engine: what ends is at its end, what never ends has
   not begun; SVG is at its first moment, and nothing has the focus. After unspoilt.js. */
for (const animation of member(Document, "getAnimations")(document)) {
  if (!animation.effect || animation.playbackRate === 0) continue;
  try {
    if (Number.isFinite(animation.effect.getComputedTiming().endTime)) animation.finish();
    else animation.cancel();
  } catch { /* it has no state to go to, and stays where it is */ }
}
for (const drawing of all("svg")) {
  member(SVGSVGElement, "pauseAnimations")(drawing);
  member(SVGSVGElement, "setCurrentTime")(drawing, 0);
}
// A bar of unknown length runs to and fro.
for (const bar of all("progress:indeterminate")) bar.style.setProperty("appearance", "none", "important");
const focused = member(Document, "activeElement")(document);
for (const kind of [HTMLElement, SVGElement]) if (focused instanceof kind && focused !== body) member(kind, "blur")(focused);
