/* Whoever asks documents and forms by plain members, as axe-core does, is told of a mail's own names in their place. Names
   that hide one get another here, and what refers to them goes with it. After unspoilt.js. */
const valueOf = member(Element, "getAttribute"), set = member(Element, "setAttribute");
const hides = (kind, value) => value !== null && value in kind.prototype;
const rename = (element, attribute) => {
  const before = valueOf(element, attribute), after = `mail-${before}`;
  set(element, attribute, after);
  if (attribute !== "id") return;
  for (const reference of ["for", "aria-labelledby", "aria-describedby"]) {
    for (const other of all(`[${reference}]`)) {
      const words = valueOf(other, reference).split(/\s+/);
      if (words.includes(before)) set(other, reference, words.map((word) => (word === before ? after : word)).join(" "));
    }
  }
};
for (const attribute of ["name", "id"]) {
  for (const element of all(`:is(embed, form, iframe, img, object)[${attribute}]`)) {
    if (hides(Document, valueOf(element, attribute))) rename(element, attribute);
  }
  for (const element of all(`form :is(button, fieldset, img, input, object, output, select, textarea)[${attribute}], [form][${attribute}]`)) {
    if (hides(HTMLFormElement, valueOf(element, attribute))) rename(element, attribute);
  }
}
