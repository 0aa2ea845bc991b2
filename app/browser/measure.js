/* For each element of the body, in its order: what `elements_of` in measuring.py reads. The body of a function. */
const STYLES = [
  "color", "backgroundColor", "fontFamily", "fontSize", "fontWeight", "fontStyle", "textAlign", "textDecorationLine",
  "display", "visibility", "borderTopWidth", "borderTopColor", "borderBottomWidth", "borderTopLeftRadius",
];
const UNSEEN = ["STYLE", "SCRIPT", "TITLE", "META", "LINK"];
const root = document.body || document.documentElement;
const textOf = (element) =>
  [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join(" ").replace(/\s+/g, " ").trim();
// What a button says that is no element with words in it.
const labelOf = (element) => (element.tagName === "INPUT" && ["submit", "button", "reset"].includes(element.type) ? element.value : "");
return [...root.querySelectorAll("*")].filter((element) => !UNSEEN.includes(element.tagName)).map((element) => {
  const box = element.getBoundingClientRect(), style = getComputedStyle(element), text = textOf(element);
  let right = 0, lines = 0;
  if (text) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 0);
    right = Math.max(...rects.map((rect) => rect.right), 0) + scrollX;
    lines = new Set(rects.map((rect) => Math.round(rect.bottom))).size;
  }
  const cut = style.overflowX !== "visible" && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
  return [
    element.tagName.toLowerCase(), (text || labelOf(element)).slice(0, 200),
    [box.x + scrollX, box.y + scrollY, box.width, box.height].map((side) => Math.round(side * 100) / 100),
    Object.fromEntries(STYLES.map((name) => [name, style[name]])), right, lines, cut,
    element.tagName !== "IMG" || element.naturalWidth > 0, element.naturalWidth || 0,
  ];
});
