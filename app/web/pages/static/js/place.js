/* The place scrolled to, while what is scrolled comes and goes. Browsers cut it down where there is no room for it, as
   before a mail has come whole: it is gone to again once there is, unless somebody has scrolled since. */

export class Place {
  /** `boxes()` gives what is scrolled at present, null for what is not there. */
  constructor(boxes) {
    this.boxes = boxes;
    this.wanted = [];
    this.reached = [];
  }

  /** Where somebody is, or is on the way to. */
  get() {
    const now = read(this.boxes());
    return String(now) === String(this.reached) ? this.wanted : now;
  }

  /** Go to what `get` gave, as far as there is room. */
  go(wanted) {
    const boxes = this.boxes();
    boxes.forEach((box, index) => {
      const [left = 0, top = 0] = wanted[index] ?? [];
      // A box that is there already stays untouched: it may be moving.
      if (box && box.scrollLeft !== left) box.scrollLeft = left;
      if (box && box.scrollTop !== top) box.scrollTop = top;
    });
    this.wanted = wanted;
    this.reached = read(boxes);
  }
}

const read = (boxes) => boxes.map((box) => (box ? [box.scrollLeft, box.scrollTop] : []));
