/* JSON text, changed in one place: all the rest stays as a person wrote it, blanks and numbers included. */

/** A tree of places: `{kind, start, end, members: [{name, start, named, value}], items}`; null for what is no JSON. */
export function places(text) {
  try {
    JSON.parse(text);
    return new Reader(text).whole();
  } catch {
    return null; // no JSON, or nested beyond what can be followed
  }
}

/** Where the value at a JSON pointer stands; undefined when there is none. Of members of one name the last counts. */
export function at(root, pointer) {
  return partsOf(pointer).reduce(below, root);
}

/** The text of the value at `pointer`, as it is written. */
export function written(text, root, pointer) {
  const place = at(root, pointer);
  return place && text.slice(place.start, place.end);
}

/** `text` with `json` in the place of the value at `pointer`. */
export function replaced(text, pointer, json) {
  const place = at(places(text), pointer);
  return place ? `${text.slice(0, place.start)}${indented(json, marginAt(text, place.start))}${text.slice(place.end)}` : text;
}

/** `text` with a further member `name` of the object at `pointer`, or, without a name, a further item of the list there. */
export function added(text, pointer, name, json) {
  const place = at(places(text), pointer);
  const inner = place && (place.members ?? place.items);
  if (!inner) return text;
  const label = place.members ? `${JSON.stringify(name)}: ` : "";
  const last = inner.at(-1);
  const outer = marginAt(text, place.start);
  if (!last) {
    const margin = `${outer}  `;
    return `${text.slice(0, place.start + 1)}\n${margin}${label}${indented(json, margin)}\n${outer}${text.slice(place.end - 1)}`;
  }
  const end = (last.value ?? last).end;
  const own = /\n([ \t]*)$/.exec(text.slice(0, last.start));
  const [gap, margin] = own ? [`\n${own[1]}`, own[1]] : [" ", outer];
  return `${text.slice(0, end)},${gap}${label}${indented(json, margin)}${text.slice(end)}`;
}

/** `text` without the member or item at `pointer`. */
export function removed(text, pointer) {
  const [inner, index] = siblings(text, pointer);
  if (index < 0) return text;
  const end = (each) => (each.value ?? each).end;
  if (inner.length === 1) {
    const holder = at(places(text), parentOf(pointer));
    return `${text.slice(0, holder.start + 1)}${text.slice(holder.end - 1)}`;
  }
  const [from, to] = index ? [end(inner[index - 1]), end(inner[index])] : [inner[0].start, inner[1].start];
  return text.slice(0, from) + text.slice(to);
}

/** `text` with the item at `pointer` changed for the one `step` places further. */
export function moved(text, pointer, step) {
  const [inner, index] = siblings(text, pointer);
  const other = inner[index + step];
  if (index < 0 || !other) return text;
  const [first, second] = step < 0 ? [other, inner[index]] : [inner[index], other];
  const of = (each) => text.slice(each.start, each.end);
  return text.slice(0, first.start) + of(second) + text.slice(first.end, second.start) + of(first) + text.slice(second.end);
}

/** `text` with every member and item on a line of its own, each value and name as it is written; null for what is no JSON. */
export function formatted(text) {
  const root = places(text);
  const lines = (place, margin) => {
    const inner = place.members ?? place.items;
    if (!inner) return text.slice(place.start, place.end);
    const [open, close] = place.members ? "{}" : "[]";
    const own = `${margin}  `;
    const each = inner.map((one) => own + (one.value ? `${text.slice(one.start, one.named)}: ${lines(one.value, own)}` : lines(one, own)));
    return each.length ? `${open}\n${each.join(",\n")}\n${margin}${close}` : open + close;
  };
  try {
    return root && lines(root, "");
  } catch {
    return null; // nested beyond what can be followed
  }
}

export const parentOf = (pointer) => pointer.slice(0, pointer.lastIndexOf("/"));
export const escaped = (name) => name.replaceAll("~", "~0").replaceAll("/", "~1");

const partsOf = (pointer) => pointer.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
const lastNamed = (members, name) => members.findLast((member) => member.name === name);
const below = (place, part) => (place?.members ? lastNamed(place.members, part)?.value : /^\d+$/.test(part) ? place?.items?.[part] : undefined);

/** What stands beside the value at `pointer`, itself included, and its index among them. */
function siblings(text, pointer) {
  const holder = at(places(text), parentOf(pointer));
  const part = partsOf(pointer).at(-1);
  if (holder?.members) return [holder.members, holder.members.indexOf(lastNamed(holder.members, part))];
  return holder?.items ? [holder.items, Number(part) < holder.items.length ? Number(part) : -1] : [[], -1];
}

/** The blanks that the line of `offset` begins with. */
function marginAt(text, offset) {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n", offset - 1) + 1))[0];
}

const indented = (json, margin) => json.replaceAll("\n", `\n${margin}`);

/** Reads text of which it is known that it is JSON. */
class Reader {
  constructor(text) {
    this.text = text;
    this.offset = 0;
  }

  whole() {
    this.skip(/[\s]*/y);
    return this.value();
  }

  skip(pattern) {
    pattern.lastIndex = this.offset;
    this.offset += pattern.exec(this.text)[0].length;
  }

  value() {
    const start = this.offset;
    const sign = this.text[start];
    if (sign === "{") return this.object(start);
    if (sign === "[") return this.list(start);
    const kind = sign === '"' ? "string" : /[-\d]/.test(sign) ? "number" : "word";
    this.skip(kind === "string" ? /"(?:[^"\\]|\\.)*"/y : /[^\s,\]}]*/y);
    return { kind, start, end: this.offset };
  }

  object(start) {
    const members = [];
    this.within("}", () => {
      const at = this.offset;
      this.skip(/"(?:[^"\\]|\\.)*"/y);
      const named = this.offset;
      const name = JSON.parse(this.text.slice(at, named));
      this.skip(/\s*:\s*/y);
      members.push({ name, start: at, named, value: this.value() });
    });
    return { kind: "object", start, end: this.offset, members };
  }

  list(start) {
    const items = [];
    this.within("]", () => items.push(this.value()));
    return { kind: "list", start, end: this.offset, items };
  }

  within(end, each) {
    this.offset += 1;
    this.skip(/\s*/y);
    while (this.text[this.offset] !== end) {
      each();
      this.skip(/\s*,?\s*/y);
    }
    this.offset += 1;
  }
}
