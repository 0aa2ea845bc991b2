/* Members of a mail's document and elements as the browser has them. A mail's own names take their place otherwise:
   after <img name="body"> its `document.body` is that image, and a field called `localName` is that of its form. */
const getter = (prototype, member) => {
  const { get } = Object.getOwnPropertyDescriptor(prototype, member);
  return (thing) => get.call(thing);
};

export const bodyOf = getter(Document.prototype, "body");
export const addressOf = getter(Document.prototype, "URL");
export const stateOf = getter(Document.prototype, "readyState");
export const rootOf = getter(Document.prototype, "documentElement");
export const scrolledOf = getter(Document.prototype, "scrollingElement");
export const fontsOf = getter(Document.prototype, "fonts");
export const windowOf = getter(Document.prototype, "defaultView");
export const nameOf = getter(Element.prototype, "localName");
export const isThere = getter(Node.prototype, "isConnected");
const kindOf = getter(Node.prototype, "nodeType");
const WAYS = {
  up: getter(Node.prototype, "parentElement"),
  down: getter(Element.prototype, "firstElementChild"),
  before: getter(Element.prototype, "previousElementSibling"),
  after: getter(Element.prototype, "nextElementSibling"),
};

const styles = Object.getOwnPropertyDescriptor(Document.prototype, "adoptedStyleSheets");

/** Have a mail's document styled by `sheet` as well. */
export const styledBy = (mail, sheet) => styles.set.call(mail, [...styles.get.call(mail), sheet]);

/** The element `way` of one: up, down, before or after; null where there is none. */
export const beside = (element, way) => WAYS[way](element);
export const boxOf = (element) => Element.prototype.getBoundingClientRect.call(element);
/** The nearest around an event's target, which is a document where nothing has the focus. */
export const closestOf = (target, selector) => (kindOf(target) === Node.ELEMENT_NODE ? Element.prototype.closest.call(target, selector) : null);
export const all = (mail, selector) => [...Document.prototype.querySelectorAll.call(mail, selector)];
export const isIn = (element, other) => Node.prototype.contains.call(other, element);
export const listen = (target, event, listener, options) => EventTarget.prototype.addEventListener.call(target, event, listener, options);
