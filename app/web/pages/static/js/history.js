/* What a text was before: one line of states for all views of it. */

const TOGETHER = 900; // milliseconds within which edits of one place are one step
const MOST = 300;

export class EditHistory {
  constructor(text = "") {
    this.begin(text);
  }

  /** Forget everything: the text is another one now. */
  begin(text) {
    this.states = [text];
    this.index = 0;
    this.place = null;
    this.since = 0;
  }

  /** What the states began with is known now: before it there was nothing to go back to. */
  found(text) {
    this.states[0] = text;
  }

  get text() {
    return this.states[this.index];
  }

  /** The text is `text` now, changed at `place`. Quick edits of the same place are one step. */
  add(text, place, now = performance.now()) {
    if (text === this.text) return;
    const goesOn = place !== null && place === this.place && now - this.since < TOGETHER && this.index === this.states.length - 1 && this.index > 0;
    this.states.length = this.index + (goesOn ? 0 : 1);
    this.states.push(text);
    if (this.states.length > MOST) this.states.shift();
    this.index = this.states.length - 1;
    [this.place, this.since] = [place, now];
  }

  /** Whether there is a state `step` further. */
  can(step) {
    return this.states[this.index + step] !== undefined;
  }

  /** The text `step` states further; null at the end. */
  step(step) {
    if (!this.can(step)) return null;
    this.index += step;
    this.place = null;
    return this.text;
  }
}
