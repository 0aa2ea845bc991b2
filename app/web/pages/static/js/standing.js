/* What is said of pictures: how a template stands against the approved ones, in words. */
import { h } from "./dom.js";

const pictures = (number) => `${number} picture${number === 1 ? "" : "s"}`;

/** In the order of what to know first; the class is that of a pill. */
const WORDS = {
  failed: { kind: "bad", of: (number) => `${pictures(number)} cannot be drawn` },
  differs: { kind: "edited", of: (number) => `${pictures(number)} differ${number === 1 ? "s" : ""} from approved` },
  rejected: { kind: "bad", of: (number) => `${pictures(number)} rejected` },
  new: { kind: "edited", of: (number) => `${pictures(number)} never approved` },
  unseen: { kind: "edited", of: (number) => `${pictures(number)} not compared since the change` },
  approved: { kind: "same", of: (number) => `${pictures(number)} as approved` },
};

/** A pill for each way in which pictures of a template stand; with `brief` none for what is as approved. */
export function standingPills(standing, { brief = false } = {}) {
  const counts = Object.entries(WORDS).filter(([key]) => standing?.counts[key] && !(brief && key === "approved"));
  return counts.map(([key, { kind, of }]) => h("span", { class: `pill ${kind}` }, of(standing.counts[key])));
}

/** Why nothing can be said of the pictures, in a line. */
export function picturesProblem({ detail, remedy, location }) {
  const where = location && `In ${location.file}${location.line ? `:${location.line}` : ""}.`;
  return [`Pictures: ${detail}`, where, remedy].filter(Boolean).join(" ");
}
