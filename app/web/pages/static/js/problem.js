/* A problem report (RFC 9457) as a card: what, where, how to mend it. */
import { h } from "./dom.js";

/** In a line: what, each offence with what breaks its rule, how to mend it. */
export const inWords = ({ detail, errors, remedy }) =>
  [detail, ...(errors ?? []).map((error) => `${error.pointer ? `${error.pointer}: ` : ""}${error.detail}`), remedy].filter(Boolean).join(" ");

/** `jump(file, line)` opens the place in the source tab. */
export function problemCard(problem, jump) {
  const place = problem.location;
  const where = place && `${place.file}${place.line ? `:${place.line}` : ""}${place.line && place.column ? `:${place.column}` : ""}`;
  return h("div", { class: "problem", role: "alert" },
    h("h2", {}, problem.title),
    where && h("p", { class: "place" }, jump && place.line
      ? h("button", { type: "button", class: "link", onclick: () => jump(place.file, place.line) }, where)
      : where),
    h("p", { class: "detail" }, problem.detail),
    problem.remedy && h("p", { class: "remedy" }, problem.remedy),
    problem.nearest?.length > 0 && h("p", { class: "remedy" }, `Nearest: ${problem.nearest.join(", ")}`),
    problem.errors?.length > 0 && h("ul", { class: "offences" }, problem.errors.map((error) =>
      h("li", {}, h("code", {}, error.pointer || "/"), " ", error.detail))),
    problem.excerpt?.length > 0 && h("pre", { class: "excerpt" }, problem.excerpt.map((line) =>
      h("span", { class: line.marked ? "excerpt-line marked" : "excerpt-line" },
        h("span", { class: "number" }, String(line.number)), `${line.text}\n`))));
}
