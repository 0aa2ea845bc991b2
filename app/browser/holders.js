/* Elements that hold a page of their own: which one it is, as far as it may be asked. After unspoilt.js. */
const HOLDERS = "iframe, frame, object, embed";
const KINDS = { iframe: HTMLIFrameElement, frame: HTMLFrameElement, object: HTMLObjectElement, embed: HTMLEmbedElement };
const HTML = "http://www.w3.org/1999/xhtml";
const spaceOf = member(Element, "namespaceURI");
/* The name of an element of HTML; "" of one that has such a name in a drawing or a formula. */
const nameOf = (element) => (spaceOf(element) === HTML ? member(Element, "localName")(element) : "");
const askedOf = (holder, name) => {
  const kind = KINDS[nameOf(holder)];
  return kind && name in kind.prototype ? member(kind, name)(holder) : null;
};
/* The document in it; null where it has none, or one of another origin. */
const heldBy = (holder) => askedOf(holder, "contentDocument");
/* Whether a page that may move is in it: <object> and <embed> show images too, which are brought to rest elsewhere. */
const holdsPage = (holder) => {
  const address = askedOf(holder, { object: "data", embed: "src" }[nameOf(holder)]);
  return address === null || /^data:(?!image\/)/i.test(address);
};
