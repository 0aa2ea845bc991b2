/* What a form knows beside the text, by JSON pointer. It is of these data alone, and goes where they go. */

export class Asides {
  constructor() {
    this.forget();
  }

  /** The data are others now. */
  forget() {
    this.chosen = new Map(); // which alternative a person chose
    this.left = new Map(); // what stood in those that were left, by their numbers
    this.begun = new Map(); // `{text, over}`: what is no JSON yet, and the JSON that it is to take the place of
  }

  /** What is at `part` of the value at `parent` is at `place(part)` now; null for what is gone. */
  move(parent, place) {
    const inside = `${parent}/`;
    const moved = (pointer) => {
      if (!pointer.startsWith(inside)) return pointer;
      const [part, ...rest] = pointer.slice(inside.length).split("/");
      const to = place(part);
      return to === null ? null : inside + [to, ...rest].join("/");
    };
    for (const kind of ["chosen", "left", "begun"]) {
      this[kind] = new Map([...this[kind]].map(([pointer, value]) => [moved(pointer), value]).filter(([pointer]) => pointer !== null));
    }
  }

  /** The items `index` and `other` of the list at `parent` have changed their places. */
  swap(parent, index, other) {
    const places = new Map([[String(index), String(other)], [String(other), String(index)]]);
    this.move(parent, (part) => places.get(part) ?? part);
  }

  /** `part` of the value at `parent` is gone; of a `list`, those behind it have moved up. */
  drop(parent, part, list) {
    const behind = (other) => list && Number(other) > Number(part);
    this.move(parent, (other) => (other === part ? null : behind(other) ? String(Number(other) - 1) : other));
  }
}
