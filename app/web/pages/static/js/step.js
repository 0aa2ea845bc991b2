/* Places that scroll in step: when one has been scrolled to a half, so are the others. */

export class InStep {
  constructor() {
    this.places = [];
    this.leader = null;
    this.on = true;
    this.answers = new WeakMap();
  }

  /** From now on these, and no others. */
  hold(places) {
    for (const place of places) {
      if (!this.places.includes(place)) place.addEventListener("scroll", () => this.follow(place), { passive: true });
    }
    this.places = places;
  }

  follow(leader) {
    // The event of a place that we have moved ourselves must not move the others in turn.
    const answer = this.answers.get(leader);
    this.answers.delete(leader);
    if (!this.on || !this.places.includes(leader) || (answer !== undefined && Math.abs(answer - leader.scrollTop) < 2)) return;
    this.leader = leader;
    const way = (place) => place.scrollHeight - place.clientHeight;
    const share = way(leader) > 0 ? leader.scrollTop / way(leader) : 0;
    for (const place of this.places) {
      if (place === leader) continue;
      const before = place.scrollTop;
      place.scrollTop = share * way(place);
      if (place.scrollTop !== before) this.answers.set(place, place.scrollTop);
    }
  }

  /** What is in one of the places has come, or has another height. */
  again() {
    if (!this.leader) return;
    this.answers.delete(this.leader);
    this.follow(this.leader);
  }
}
