/* How many elements and nodes the page has, and for each element of the body, in its order: what `elements_of` in
   measuring.py reads. After still.js. */
const STYLES = [
  "color", "backgroundColor", "fontFamily", "fontSize", "fontWeight", "fontStyle", "textAlign", "textDecorationLine",
  "display", "visibility", "borderTopWidth", "borderTopColor", "borderBottomWidth", "borderTopLeftRadius",
];
const LONGEST = 2000;
const UNSEEN = ["STYLE", "SCRIPT", "TITLE", "META", "LINK"];
const inside = member(Element, "querySelectorAll"), tagOf = member(Element, "tagName"), boxOf = member(Element, "getBoundingClientRect");
// What is in an element, and itself where it has words of its own, as a body has whose tags a sanitizer took.
const within = (element, selector) => [...(textOf(element) ? [element] : []), ...inside(element, selector)];
const nodesOf = member(Node, "childNodes"), insideOf = member(Element, "clientWidth"), contentOf = member(Element, "scrollWidth");
const textOf = (element) =>
  [...nodesOf(element)].filter((node) => node.nodeType === 3).map((node) => node.data).join(" ").replace(/\s+/g, " ").trim();
// The words of a page within the page, as far as it may be asked; what is between the tags of a frame nobody sees.
const wordsWithin = (element) => {
  const page = heldBy(element), words = page && member(Document, "body")(page);
  return words ? nodesBelow(words).map((node) => node.data).join(" ").replace(/\s+/g, " ").trim().slice(0, LONGEST) : "";
};
const nodesBelow = (element) =>
  [...nodesOf(element)].flatMap((node) => node.nodeType === 3 ? [node] : UNSEEN.includes(node.nodeName) ? [] : nodesBelow(node));
const textIn = (element) => (["iframe", "frame"].includes(nameOf(element)) ? wordsWithin(element) : textOf(element));
// Of <object>, what is between its tags is seen where its own content is not.
const isShown = (element) => {
  if (tagOf(element) === "IMG") return member(HTMLImageElement, "naturalWidth")(element) > 0;
  if (["iframe", "frame"].includes(nameOf(element))) return askedOf(element, "contentWindow") !== null;
  return tagOf(element) !== "OBJECT" || heldBy(element) !== null || !instead(element);
};
const instead = (element) => {
  const range = member(Document, "createRange")(document);
  range.selectNodeContents(element);
  return [...range.getClientRects()].some((rect) => rect.width > 0);
};
// What a button says that is no element with words in it.
const labelOf = (element) => (tagOf(element) === "INPUT" && ["submit", "button", "reset"].includes(element.type) ? element.value : "");
// By another way than the elements are found: those of the page, and whether it holds anything at all.
const placed = all(":not(html, head, head *, body, style, script, title, meta, link, base)").length;
const held = body ? nodesOf(body).length : 0;
return [placed, held, [...within(body || root, "*")].filter((element) => !UNSEEN.includes(tagOf(element))).map((element) => {
  const box = boxOf(element), style = getComputedStyle(element), text = textIn(element);
  let right = 0, lines = 0;
  if (text) {
    const range = member(Document, "createRange")(document);
    range.selectNodeContents(element);
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 0);
    right = Math.max(...rects.map((rect) => rect.right), 0) + scrollX;
    lines = new Set(rects.map((rect) => Math.round(rect.bottom))).size;
  }
  const cut = style.overflowX !== "visible" && insideOf(element) > 0 && contentOf(element) > insideOf(element) + 1;
  const natural = element instanceof HTMLImageElement ? element.naturalWidth : 0;
  return [
    tagOf(element).toLowerCase(), text || labelOf(element),
    [box.x + scrollX, box.y + scrollY, box.width, box.height].map((side) => Math.round(side * 100) / 100),
    Object.fromEntries(STYLES.map((name) => [name, style[name]])), right, lines, cut,
    isShown(element), natural,
  ];
})];
