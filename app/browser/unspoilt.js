/* Members of a mail's document and elements as the engine has them. A mail's own names take their place otherwise:
   after <img name="body"> its `document.body` is that image, and a field called "tagName" is that of its form. */
const member = (kind, name) => {
  const { get, value } = Object.getOwnPropertyDescriptor(kind.prototype, name);
  return get ? (thing) => get.call(thing) : (thing, ...given) => value.apply(thing, given);
};
const root = member(Document, "documentElement")(document), body = member(Document, "body")(document);
const all = (selector) => [...member(Document, "querySelectorAll")(document, selector)];
